/** A Go module below modules/ and what is built from it. */
export interface Module {
  readonly name: string;
  /** The Go module whose version counts. */
  readonly path: string;
  readonly tags?: readonly string[];
  /** Linker definitions that tell a program its version. */
  readonly stamp: (version: string) => readonly string[];
  /** Binary → package. */
  readonly programs: Readonly<Record<string, string>>;
  /** File → files of the module that it consists of. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

export const MODULES: readonly Module[];
export const READY_MADE: readonly string[];
