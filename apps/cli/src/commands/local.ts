/*
 * `memwarden local`: its flags, and how a person or a program is told.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { CliEnvironment } from '../config.js';
import { policiesPath } from '../local/policies-dir.js';
import { stateDirOption } from '../state-dir-option.js';

interface LocalFlags {
  readonly port: number;
  readonly 'state-dir': string;
  readonly 'sample-seconds': number;
  readonly redis: string | undefined;
  readonly policies: string | undefined;
  readonly json: boolean;
  readonly color: boolean;
}

const HIGHEST_PORT = 65_535;
const LONGEST_SAMPLE_SECONDS = 60;

export function localCommand(environment: CliEnvironment): CommandModule<object, LocalFlags> {
  return {
    command: 'local',
    describe: 'Account for this machine: start everything and serve the page',
    builder: (yargs) => flags(yargs, environment),
    handler: (given) => run(given, environment),
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<LocalFlags> {
  return yargs
    .option('port', {
      type: 'number',
      default: 8460,
      requiresArg: true,
      describe: 'Port of the page on 127.0.0.1; 0 = any free one',
    })
    .option('state-dir', stateDirOption(environment.stateDir, 'Where history, logs and tokens are kept'))
    .option('sample-seconds', {
      type: 'number',
      default: 5,
      requiresArg: true,
      describe: 'Seconds between two readings',
    })
    .option('policies', {
      type: 'string',
      requiresArg: true,
      coerce: policiesPath,
      describe: 'Folder with policies (default: policies in the state dir)',
    })
    .option('redis', {
      type: 'string',
      requiresArg: true,
      describe: 'Use this Redis (redis://HOST:PORT) instead of an own one',
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line on stdout' })
    .option('color', {
      type: 'boolean',
      default: !environment.noColor,
      describe: 'Colours on a terminal (--no-color: none)',
    })
    .check(({ port, 'sample-seconds': sampleSeconds }) => numbersProblem(port, sampleSeconds) ?? true)
    .example('$0 local --port 0 --json', 'any free port; the first line says where')
    .example('$0 local --state-dir /var/lib/memwarden', 'keep history somewhere else')
    .example('$0 local --policies ./policies', 'rule by the policies of this folder')
    .example('$0 local --redis redis://10.0.0.5:6379', 'with a Redis that is there already');
}

function numbersProblem(port: number, sampleSeconds: number): string | undefined {
  if (!Number.isInteger(port) || port < 0 || port > HIGHEST_PORT)
    return `--port: write a number from 0 to ${HIGHEST_PORT}.`;
  if (!(sampleSeconds >= 1 && sampleSeconds <= LONGEST_SAMPLE_SECONDS))
    return `--sample-seconds: write a number from 1 to ${LONGEST_SAMPLE_SECONDS}.`;
  return undefined;
}

async function run(given: ArgumentsCamelCase<LocalFlags>, environment: CliEnvironment): Promise<void> {
  const { runLocal } = await import('../local/run-local.js');
  const { jsonReporter, plainReporter } = await import('../local/output.js');
  const { topCommandLine } = await import('../local/how-to-call.js');
  const { findInstallation } = await import('../local/place.js');
  const write = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const colours = given.color && process.stdout.isTTY;
  const bold = (text: string): string => (colours ? `\x1b[1m${text}\x1b[22m` : text);
  const top = topCommandLine({
    root: findInstallation(import.meta.dirname, process.execPath).root,
    cwd: process.cwd(),
    stateDir: given.stateDir === environment.stateDir ? null : given.stateDir,
  });
  await runLocal(given, {
    environment,
    report: given.json ? jsonReporter(write) : plainReporter(write, { bold, top }),
    say: (line) => process.stderr.write(`memwarden: ${line}\n`),
    signal: endSignal(),
  });
}

/** The first signal ends local mode; npm and the terminal may both send one. */
function endSignal(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => ended.abort());
  }
  return ended.signal;
}
