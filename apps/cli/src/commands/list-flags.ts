/*
 * The flags of the commands that list objects.
 */
import type { Argv } from 'yargs';
import type { ListState } from '../backend/backend.js';

export interface ListFlags {
  readonly node: string | undefined;
  readonly state: ListState;
  readonly limit: number | undefined;
  readonly watch: boolean;
}

const STATES = ['open', 'closed', 'all'] as const;

export function listFlags<Flags>(yargs: Argv<Flags>, state: ListState): Argv<Flags & ListFlags> {
  return yargs
    .option('node', { type: 'string', requiresArg: true, describe: 'Only of this node' })
    .option('state', {
      choices: STATES,
      default: state,
      requiresArg: true,
      describe: 'Those that are open, closed, or all',
    })
    .option('limit', { type: 'number', requiresArg: true, describe: 'Rows shown (default: 40)' })
    .option('watch', {
      alias: 'w',
      type: 'boolean',
      default: false,
      describe: 'Then go on and show whatever changes, until Ctrl-C',
    });
}
