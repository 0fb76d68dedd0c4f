/*
 * The process of an order while it is held, and whether it is still who it was when it was looked at.
 */
import type { ProcessFacts, ProcessFiles } from './process-files.js';
import type { ProcessHandle } from './process-handle.js';
import type { OptIn, StatusText } from './process-text.js';
import type { Refusal } from './signal-rules.js';

/** What is known of the process that is held. */
export interface Subject {
  readonly handle: ProcessHandle;
  readonly facts: ProcessFacts;
  readonly optIn: OptIn;
  readonly files: ProcessFiles;
}

/** Its status now, or why it is not the one that was allowed: execve(2) and setuid(2) change it under the same pidfd. */
export function lastLook({ facts, files }: Subject): StatusText | Refusal {
  const program = files.programNow(facts);
  const status = files.statusNow(facts.pid);
  if (status === null) return { reason: 'TargetGone', detail: 'The process has ended.' };
  if (program !== facts.program || status.name !== facts.status.name)
    return { reason: 'TargetGone', detail: 'The process became another program since it was looked at.' };
  if (status.uids.join() !== facts.status.uids.join())
    return { reason: 'TargetGone', detail: 'The process became another user since it was looked at.' };
  return status;
}
