/*
 * `memwarden top`: its flags.
 */
import type { Argv, CommandModule } from 'yargs';
import { clientFlags, type ClientFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import type { SortKey } from '../ledger/rows.js';
import { limitProblem } from './output.js';

interface TopFlags extends ClientFlags {
  readonly sort: SortKey;
  readonly tree: boolean;
  readonly once: boolean;
  readonly color: boolean;
  readonly limit: number;
  readonly watch: boolean;
}

const SHOWN = 40;
const SORTS = ['bytes', 'anon', 'shmem', 'file', 'kernel', 'name'] as const;

export function topCommand(environment: CliEnvironment): CommandModule<object, TopFlags> {
  return {
    command: 'top',
    describe: 'Who holds the memory, live in the terminal',
    builder: (yargs) => flags(yargs, environment),
    handler: async (given) => {
      const { isClusterAsked } = await import('../backend/open.js');
      if (isClusterAsked(given, environment)) {
        const { runClusterTop } = await import('../cluster/run-top.js');
        await runClusterTop(given, environment);
      } else {
        const { runTop } = await import('../top/run-top.js');
        await runTop(given, environment);
      }
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
    .option('limit', {
      type: 'number',
      default: SHOWN,
      requiresArg: true,
      describe: 'Holders shown of a cluster',
    })
    .option('watch', {
      alias: 'w',
      type: 'boolean',
      default: false,
      describe: 'Of a cluster: go on with each node that reports, until Ctrl-C',
    })
    .check(limitProblem)
    .example('$0 top', 'live; ? shows the keys')
    .example('kubectl memwarden top --node gpu-07', 'one node of a cluster: devices, largest holders')
    .example('$0 top --once --sort anon', 'one picture, for a log')
    .example('$0 top --json | jq .takenAt', 'one JSON document a reading');
}
