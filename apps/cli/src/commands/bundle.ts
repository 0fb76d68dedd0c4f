/*
 * `memwarden bundle`: a support archive without secrets, of this machine or of a cluster.
 */
import { resolve } from 'node:path';
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { systemClock } from '#contracts/clock';
import { isJson, serverFlags, type ServerFlags } from '../backend/flags.js';
import type { BundleSource } from '../bundle/entry.js';
import type { WrittenBundle } from '../bundle/write-bundle.js';
import type { CliEnvironment } from '../config.js';
import { hint, print, printJson } from './output.js';

interface BundleFlags extends ServerFlags {
  readonly file: string | undefined;
  readonly lines: number;
  readonly agents: number;
}

const LINES = 2000;
const AGENTS = 5;

export function bundleCommand(environment: CliEnvironment): CommandModule<object, BundleFlags> {
  return {
    command: 'bundle',
    describe: 'Write a support archive: objects, logs, versions, doctor; without secrets',
    builder: (yargs) => flags(yargs, environment),
    handler: (given) => run(given, environment),
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<BundleFlags> {
  return serverFlags(yargs, environment)
    .option('file', {
      type: 'string',
      requiresArg: true,
      describe: 'The archive (default: memwarden-bundle-TIME.tar.gz in this folder)',
    })
    .option('lines', {
      type: 'number',
      default: LINES,
      requiresArg: true,
      describe: 'Last lines of each log',
    })
    .option('agents', {
      type: 'number',
      default: AGENTS,
      requiresArg: true,
      describe: 'Of how many agents of a cluster logs are had; those that are not well first',
    })
    .check(({ lines, agents }) => countProblem({ lines, agents }) ?? true)
    .example('memwarden bundle', 'of this machine')
    .example('kubectl memwarden bundle --file /tmp/memwarden.tar.gz', 'of a cluster');
}

function countProblem(given: { readonly lines: number; readonly agents: number }): string | undefined {
  const wrong = Object.entries(given).find(([, count]) => !(Number.isInteger(count) && count >= 0));
  return wrong === undefined ? undefined : `--${wrong[0]}: write a number from 0.`;
}

async function run(given: ArgumentsCamelCase<BundleFlags>, environment: CliEnvironment): Promise<void> {
  const { writeBundle } = await import('../bundle/write-bundle.js');
  const folder = `memwarden-bundle-${stamp(systemClock.nowMs())}`;
  const file = resolve(given.file ?? `${folder}.tar.gz`);
  const written = await writeBundle(file, folder, await sourceFor(given, environment));
  if (isJson(given)) {
    printJson(written);
    return;
  }
  print(await lines(written));
  hint('Secrets are taken out as well as a program can. Look at it before you send it: tar xzf FILE');
}

/** 20261121-140500, UTC. */
function stamp(nowMs: number): string {
  return new Date(nowMs)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/gu, '')
    .replace('T', '-');
}

async function sourceFor(
  given: ArgumentsCamelCase<BundleFlags>,
  environment: CliEnvironment,
): Promise<BundleSource> {
  const { isClusterAsked } = await import('../backend/open.js');
  if (isClusterAsked(given, environment)) {
    const { openClusterBundle } = await import('../cluster/bundle/open-bundle.js');
    return openClusterBundle(given, environment);
  }
  const { MachineBundle } = await import('../bundle/machine-source.js');
  return new MachineBundle({ stateDir: given.stateDir, environment, lines: given.lines });
}

async function lines({ file, bytes, entries, leftOut }: WrittenBundle): Promise<string[]> {
  const { size } = await import('../text/size.js');
  const { printable } = await import('../text/escape.js');
  return [
    ...entries.map((entry) => `${size(entry.bytes).padStart(9)}  ${printable(entry.path)}`),
    ...leftOut.map(
      ({ what, why }) => `  without  ${printable(what)}: ${printable(why.split('\n')[0] ?? '')}`,
    ),
    '',
    `${printable(file)} (${size(bytes)})`,
  ];
}
