/*
 * The process of an order while it is held.
 */
import type { ProcessFacts, ProcessFiles } from './process-files.js';
import type { ProcessHandle } from './process-handle.js';
import type { OptIn } from './process-text.js';

/** What is known of the process that is held. */
export interface Subject {
  readonly handle: ProcessHandle;
  readonly facts: ProcessFacts;
  readonly optIn: OptIn;
  readonly files: ProcessFiles;
}
