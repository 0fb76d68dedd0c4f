/*
 * What goes into a support archive, part by part.
 */
export interface BundleEntry {
  readonly path: string;
  /** Redacted already. */
  readonly text: string;
}

/** What was asked for and is not in it, and why. */
export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

/** The parts as they come; what could not be had is said to `leftOut`. */
export interface BundleSource {
  entries(leftOut: (one: LeftOut) => void): AsyncGenerator<BundleEntry>;
}
