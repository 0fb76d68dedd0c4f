/*
 * The native border: every function of native/include/memwarden.h, in the header's order, each parameter as its
 * C declaration. bindings.spec.ts compares this table with the header and with the library.
 * The only file that knows koffi. koffi checks neither ranges nor pointer types: callers here do.
 */
import koffi from 'koffi';
import { Unavailable } from '#contracts/errors';

export const ABI_VERSION = 1;

export const STATUS = {
  MW_OK: 0,
  MW_ERR_INVALID: -1,
  MW_ERR_TOO_SMALL: -2,
  MW_ERR_NO_MEMORY: -3,
  MW_ERR_NOT_FOUND: -4,
  MW_ERR_DENIED: -5,
  MW_ERR_UNSUPPORTED: -6,
  MW_ERR_NO_CONTROLLER: -7,
  MW_ERR_BUSY: -8,
  MW_ERR_TIMED_OUT: -9,
  MW_ERR_IO: -10,
  MW_ERR_MALFORMED: -11,
  MW_ERR_IN_USE: -12,
  MW_ERR_REFUSED: -13,
} as const;

export const FUNCTIONS = {
  mw_abi_version: ['uint32_t', []],
  mw_status_text: ['const char *', ['int32_t status']],
  mw_scanner_open: ['int32_t', ['const char *proc_root', 'const char *cgroup_root', 'mw_scanner **scanner']],
  mw_scanner_close: ['void', ['mw_scanner *scanner']],
  mw_scan_processes: [
    'int32_t',
    ['mw_scanner *scanner', 'void *buffer', 'uint64_t bytes', 'mw_scan_result *result'],
  ],
  mw_scan_cgroups: [
    'int32_t',
    ['mw_scanner *scanner', 'void *buffer', 'uint64_t bytes', 'mw_scan_result *result'],
  ],
  mw_read_proportional: ['int32_t', ['mw_scanner *scanner', 'mw_proportional *items', 'uint32_t count']],
  mw_pidfd_open: ['int32_t', ['uint32_t pid', 'uint64_t start_ticks', 'int32_t *fd']],
  mw_pidfd_signal: ['int32_t', ['int32_t fd', 'int32_t signal']],
  mw_pidfd_wait: ['int32_t', ['int32_t fd', 'uint32_t timeout_ms']],
  mw_pidfd_release_memory: ['int32_t', ['int32_t fd']],
  mw_connect_loopback: ['int32_t', ['int32_t pidfd', 'uint32_t port', 'uint32_t timeout_ms', 'int32_t *fd']],
  mw_exit: ['void', ['int32_t status']],
  mw_lock_acquire: ['int32_t', ['const char *path', 'int32_t *fd']],
  mw_fd_close: ['int32_t', ['int32_t fd']],
} as const satisfies Record<string, readonly [result: string, parameters: readonly string[]]>;

export type FunctionName = keyof typeof FUNCTIONS;

/** A mw_scanner. Made and taken by the library only; koffi would take any number for it. */
export type ScannerHandle = bigint & { readonly __handle: 'mw_scanner' };

/** The C types of the table as TypeScript types. Memory that the library reads or writes is a typed array. */
interface CTypes {
  readonly uint32_t: number;
  readonly int32_t: number;
  readonly uint64_t: number;
  readonly 'const char *': string | null;
  readonly 'mw_scanner *': ScannerHandle;
  readonly 'mw_scanner **': [ScannerHandle | null];
  readonly 'void *': Uint8Array;
  readonly 'mw_scan_result *': Uint8Array;
  readonly 'mw_proportional *': Uint8Array;
  readonly 'int32_t *': Int32Array;
}

type TypeOf<Declaration> = {
  [C in keyof CTypes]: Declaration extends `${C}${C extends `${string}*` ? '' : ' '}${infer Name}`
    ? Name extends `${string}*${string}`
      ? never
      : CTypes[C]
    : never;
}[keyof CTypes];

type Arguments<Parameters extends readonly string[]> = {
  -readonly [I in keyof Parameters]: TypeOf<Parameters[I]>;
};
type Result<C> = C extends 'void' ? undefined : C extends 'const char *' ? string : number;

interface NativeFunction<A extends readonly unknown[], R> {
  (...args: A): R;
  /** On a thread of the pool. The arguments' memory must stay as it is until the callback. */
  async: (...args: [...A, (error: Error | null, result: R) => void]) => void;
}

export type Bindings = {
  readonly [N in FunctionName]: NativeFunction<
    Arguments<(typeof FUNCTIONS)[N][1]>,
    Result<(typeof FUNCTIONS)[N][0]>
  >;
};

/** @throws {Unavailable} when the file does not load, lacks a function, or has another ABI */
export function loadBindings(path: string): Bindings {
  const bindings = bindAll(path);
  const found = bindings.mw_abi_version();
  if (found !== ABI_VERSION)
    throw new Unavailable(
      `${path} has ABI ${found}, this build needs ${ABI_VERSION}. Rebuild it: cmake --build build/native`,
    );
  return bindings;
}

type KoffiType = Parameters<typeof koffi.out>[0];

function bindAll(path: string): Bindings {
  // Unnamed: named koffi types are global to the process.
  const scanner = koffi.pointer(koffi.opaque());
  const bytes = koffi.pointer('uint8_t');
  const types: Readonly<Record<string, KoffiType>> = {
    'const char *': 'str',
    'mw_scanner *': scanner,
    'mw_scanner **': koffi.out(koffi.pointer(scanner)),
    'void *': bytes,
    'mw_scan_result *': bytes,
    'mw_proportional *': bytes,
    'int32_t *': koffi.pointer('int32_t'),
  };
  const koffiType = (c: string): KoffiType => types[c] ?? c;
  try {
    const library = koffi.load(path);
    const entries = Object.entries(FUNCTIONS).map(([name, [result, parameters]]) => [
      name,
      library.func(
        name,
        koffiType(result),
        parameters.map((p) => koffiType(typeOfDeclaration(p))),
      ),
    ]);
    return Object.fromEntries(entries) as Bindings;
  } catch (cause) {
    throw new Unavailable(`${path} does not load. Rebuild it: cmake --build build/native`, { cause });
  }
}

/** "const char *path" is of type "const char *". */
export function typeOfDeclaration(declaration: string): string {
  return declaration.replace(/\w+$/, '').trimEnd();
}
