/*
 * The flags of the commands that list objects.
 */
import type { Argv } from 'yargs';

export interface ListFlags {
  readonly node: string | undefined;
  readonly all: boolean;
  readonly limit: number;
  readonly watch: boolean;
}

const SHOWN = 40;

export function listFlags<Flags>(yargs: Argv<Flags>, what: string): Argv<Flags & ListFlags> {
  return yargs
    .option('node', { type: 'string', requiresArg: true, describe: 'Only of this node' })
    .option('all', { type: 'boolean', default: false, describe: `Closed ones, too, not only ${what}` })
    .option('limit', { type: 'number', default: SHOWN, requiresArg: true, describe: 'Rows shown' })
    .option('watch', {
      type: 'boolean',
      default: false,
      describe: 'Then go on and show whatever changes, until Ctrl-C',
    });
}
