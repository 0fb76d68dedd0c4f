/*
 * `memwarden ledger`: one node's ledger, once.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { NotFound } from '#contracts/errors';
import type { LedgerAnswer } from '../client/answers.js';
import { clientFlags, isJson, type ClientFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';

interface LedgerFlags extends ClientFlags {
  readonly device: string | undefined;
  readonly tree: boolean;
  readonly details: boolean;
  readonly limit: number;
}

const COLUMNS_WITHOUT_TERMINAL = 120;

export function ledgerCommand(environment: CliEnvironment): CommandModule<object, LedgerFlags> {
  return {
    command: 'ledger',
    describe: "Print a node's ledger: whose its memory is, adding up to the byte",
    builder: (yargs) => flags(yargs, environment),
    handler: (given) => run(given, environment),
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<LedgerFlags> {
  return clientFlags(yargs, environment)
    .option('device', { type: 'string', requiresArg: true, describe: 'Only this device, e.g. host' })
    .option('tree', {
      type: 'boolean',
      default: false,
      describe: 'cgroups as a tree, with the sums of each subtree',
    })
    .option('details', { type: 'boolean', default: false, describe: 'Also the processes within each row' })
    .option('limit', {
      type: 'number',
      default: 40,
      requiresArg: true,
      describe: 'Rows shown; the rest is summed up',
    })
    .check(({ limit }) => (Number.isInteger(limit) && limit > 0) || '--limit: write a number from 1.')
    .example('$0 ledger --details', 'with the processes of each cgroup')
    .example("$0 ledger --json | jq '.devices[0].usedBytes'", 'for programs');
}

async function run(given: ArgumentsCamelCase<LedgerFlags>, environment: CliEnvironment): Promise<void> {
  const { openController } = await import('../backend/open.js');
  const { chooseNode } = await import('../client/choose-node.js');
  const client = await openController('The ledger', given, environment);
  const answer = await client.ledger(await chooseNode(client, given.node));
  if (isJson(given)) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const { ledgerTable } = await import('../ledger/table.js');
  const columns = process.stdout.isTTY ? process.stdout.columns : COLUMNS_WITHOUT_TERMINAL;
  const tables = devicesOf(answer, given.device).map((device) =>
    ledgerTable(device, { ...given, columns }).join('\n'),
  );
  process.stdout.write(`${tables.join('\n\n')}\n`);
}

function devicesOf(answer: LedgerAnswer, wanted: string | undefined): LedgerAnswer['devices'] {
  const devices = answer.devices.filter(({ id }) => wanted === undefined || id === wanted);
  if (devices.length > 0) return devices;
  throw new NotFound(
    `There is no device ${wanted ?? ''}; there is ${answer.devices.map(({ id }) => id).join(', ')}.`,
  );
}
