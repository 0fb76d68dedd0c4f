/*
 * One examination of `doctor`, and whom it looks at.
 */
import type { CliEnvironment } from '../config.js';

export interface Examination {
  readonly state: 'ok' | 'warning' | 'failed';
  readonly subject: string;
  readonly found: string;
  /** What to do, or what local mode would do. */
  readonly next?: string;
}

export interface Patient {
  readonly stateDir: string;
  readonly environment: CliEnvironment;
}
