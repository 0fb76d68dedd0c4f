/*
 * `memwarden top`: its flags.
 */
import type { Argv, CommandModule } from 'yargs';
import { clientFlags, type ClientFlags } from '../client/flags.js';
import type { CliEnvironment } from '../config.js';
import type { SortKey } from '../ledger/rows.js';

interface TopFlags extends ClientFlags {
  readonly sort: SortKey;
  readonly tree: boolean;
  readonly once: boolean;
  readonly color: boolean;
}

const SORTS = ['bytes', 'anon', 'shmem', 'file', 'kernel', 'name'] as const;

export function topCommand(environment: CliEnvironment): CommandModule<object, TopFlags> {
  return {
    command: 'top',
    describe: 'Who holds the memory, live in the terminal',
    builder: (yargs) => flags(yargs, environment),
    handler: async (given) => {
      const { runTop } = await import('../top/run-top.js');
      await runTop(given, environment);
    },
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<TopFlags> {
  return clientFlags(yargs, environment)
    .option('sort', {
      choices: SORTS,
      default: 'bytes' as const,
      requiresArg: true,
      describe: 'What to sort by; the keys b a s f k n change it',
    })
    .option('tree', { type: 'boolean', default: true, describe: 'cgroups as a tree (--no-tree: flat)' })
    .option('once', {
      type: 'boolean',
      default: false,
      describe: 'One picture, then end; so without a terminal',
    })
    .option('color', {
      type: 'boolean',
      default: !environment.noColor,
      describe: 'Colours (--no-color: none)',
    })
    .example('$0 top', 'live; ? shows the keys')
    .example('$0 top --once --sort anon', 'one picture, for a log')
    .example('$0 top --json | jq .takenAt', 'one JSON document a reading');
}
