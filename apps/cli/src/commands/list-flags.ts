/*
 * The flags of the commands that list objects.
 */
import type { Argv } from 'yargs';

export interface ListFlags {
  readonly node: string | undefined;
  readonly state: ListState;
  readonly limit: number;
  readonly watch: boolean;
}

export type ListState = (typeof STATES)[number];

const STATES = ['open', 'closed', 'all'] as const;
const SHOWN = 40;

export function listFlags<Flags>(yargs: Argv<Flags>, state: ListState): Argv<Flags & ListFlags> {
  return yargs
    .option('node', { type: 'string', requiresArg: true, describe: 'Only of this node' })
    .option('state', {
      choices: STATES,
      default: state,
      requiresArg: true,
      describe: 'Those that are open, closed, or all',
    })
    .option('limit', { type: 'number', default: SHOWN, requiresArg: true, describe: 'Rows shown' })
    .option('watch', {
      type: 'boolean',
      default: false,
      describe: 'Then go on and show whatever changes, until Ctrl-C',
    });
}
