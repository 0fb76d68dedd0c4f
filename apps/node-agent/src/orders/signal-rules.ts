/*
 * Whether a signal may be sent to a process, as a pure decision. A signal without a handler kills, so the answer is no
 * unless the process catches it, is able to take it now, and it is not its language runtime that catches it.
 * Which runtime a process is of is told by its program, what it has mapped and what its threads are called; names can
 * lie, and whoever lies only gets less: any sign is enough.
 */
import { constants } from 'node:os';
import type { RefusalReason } from '#contracts/order';
import { hasSignal, type StatusText } from './process-text.js';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly detail: string;
}

export type Runtime = 'node' | 'jvm' | 'go' | 'dotnet' | 'beam';

export interface RuntimeSigns {
  /** Last part of /proc/PID/exe. */
  readonly program: string;
  /** comm of the process and of its threads. */
  readonly names: readonly string[];
  /** Those of MARKED_LIBRARIES that are mapped. */
  readonly libraries: readonly string[];
  /** The program has the build id note of the Go linker. */
  readonly hasGoNote: boolean;
}

export const MARKED_LIBRARIES: Readonly<Record<string, Runtime>> = {
  'libnode.so': 'node',
  'libjvm.so': 'jvm',
  libj9vm: 'jvm',
  'libcoreclr.so': 'dotnet',
};
const PROGRAMS: readonly (readonly [RegExp, Runtime])[] = [
  [/^(node|nodejs|electron)(-?\d|$)/i, 'node'],
  [/^(java|javaw|jsvc)(-?\d|$)/i, 'jvm'],
  [/^dotnet(-?\d|$)/i, 'dotnet'],
  [/^beam(\.|$)/, 'beam'],
];
const NAMES: Readonly<Record<string, Runtime>> = {
  SignalInspector: 'node',
  V8Worker: 'node',
  'node-V8Worker': 'node',
  'VM Thread': 'jvm',
  'C2 CompilerThre': 'jvm',
  'C1 CompilerThre': 'jvm',
  '.NET SynchManag': 'dotnet',
};

export function runtimesOf({ program, names, libraries, hasGoNote }: RuntimeSigns): ReadonlySet<Runtime> {
  const found = new Set<Runtime>();
  for (const [pattern, runtime] of PROGRAMS)
    if ([program, ...names].some((name) => pattern.test(name))) found.add(runtime);
  for (const name of names) if (Object.hasOwn(NAMES, name)) found.add(NAMES[name] as Runtime);
  for (const library of libraries)
    if (Object.hasOwn(MARKED_LIBRARIES, library)) found.add(MARKED_LIBRARIES[library] as Runtime);
  if (hasGoNote) found.add('go');
  return found;
}

/** Which signals the runtimes catch for themselves, and what they then do. */
const OWN_SIGNALS: readonly (readonly [Runtime, string, string])[] = [
  ['node', 'SIGUSR1', 'Node.js opens its inspector on SIGUSR1'],
  ['jvm', 'SIGUSR2', 'the JVM uses SIGUSR2 to stop its threads'],
  ['jvm', 'SIGHUP', 'the JVM shuts down on SIGHUP'],
  ['go', 'SIGHUP', 'Go catches SIGHUP to end the program, whether it asked for it or not'],
  ['go', 'SIGURG', 'Go uses SIGURG to interrupt its threads'],
  ['beam', 'SIGUSR1', 'the Erlang VM ends with a crash dump on SIGUSR1'],
  ['dotnet', 'SIGHUP', '.NET shuts down on SIGHUP'],
];

/** NPTL keeps 32 and 33 for itself, musl 34 too, .NET its first. */
const FIRST_REAL_TIME = 34;
const MOST_SIGNAL = 64;
const PLAIN = ['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGWINCH', 'SIGURG', 'SIGIO'] as const;

/** Null: not one that ever means "give memory back". Signals that end, stop or crash are never sent. */
export function signalNumber(name: string): number | null {
  const plain = PLAIN.find((each) => each === name);
  if (plain !== undefined) return constants.signals[plain];
  const [, plus] = /^SIGRTMIN\+(\d{1,2})$/.exec(name) ?? [];
  const number = plus === undefined ? 0 : FIRST_REAL_TIME + Number(plus);
  return number > FIRST_REAL_TIME && number <= MOST_SIGNAL ? number : null;
}

/** By what changes from moment to moment: asked once more right before the signal leaves. */
export function refusalByStatus(status: StatusText, signal: string): Refusal | null {
  const number = signalNumber(signal);
  if (number === null)
    return { reason: 'Unsupported', detail: `${printable(signal)} is never sent by Memwarden.` };
  if (isOver(status)) return { reason: 'TargetGone', detail: 'The process has ended.' };
  if (!status.hasMemory) return { reason: 'Infrastructure', detail: 'It is a thread of the kernel.' };
  const stopped = refusalOfStopped(status);
  if (stopped !== null) return stopped;
  if (hasSignal(status.ignored, number))
    return { reason: 'NoHandler', detail: `The process ignores ${signal}: it would not notice.` };
  if (!hasSignal(status.caught, number))
    return { reason: 'NoHandler', detail: `The process has no handler for ${signal}: it would end by it.` };
  return null;
}

/** It could not answer, and what was sent would wait for whenever it goes on. */
export function refusalOfStopped({ state }: StatusText): Refusal | null {
  if (state !== 'T' && state !== 't') return null;
  return {
    reason: 'Frozen',
    detail: 'The process is stopped or traced: a notification would wait until it goes on.',
  };
}

export function isOver({ state }: StatusText): boolean {
  return state === 'Z' || state === 'X' || state === 'x';
}

export function refusalByRuntime(runtimes: ReadonlySet<Runtime>, signal: string): Refusal | null {
  for (const [runtime, own, why] of OWN_SIGNALS)
    if (own === signal && runtimes.has(runtime))
      return {
        reason: 'RuntimeSignal',
        detail: `${signal} is not the program's own: ${why}. Choose another one.`,
      };
  return null;
}

/** What came from outside, fit for a log: at most 64 characters, none of them invisible. */
export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 64)).replaceAll(/[^\x20-\x7e]/g, '?');
}
