/*
 * `memwarden stop`: stops every act of this machine's agent, also when nothing else answers.
 */
import { userInfo } from 'node:os';
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { systemClock } from '#contracts/clock';
import type { CliEnvironment } from '../config.js';
import { removeStopFile, writeStopFile, type Stopped } from '../local/stop-file.js';
import { stateDirOption } from '../state-dir-option.js';
import { print, printJson } from './output.js';

interface StopFlags {
  readonly 'state-dir': string;
  readonly remove: boolean;
  readonly reason: string | undefined;
  readonly json: boolean;
}

export function stopCommand(environment: CliEnvironment): CommandModule<object, StopFlags> {
  return {
    command: 'stop',
    describe: 'Stops every act on this machine at once, also with everything else dead',
    builder: (yargs) => flags(yargs, environment),
    handler: run,
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<StopFlags> {
  return yargs
    .option('state-dir', stateDirOption(environment.stateDir, 'State dir of the local mode to stop'))
    .option('remove', {
      type: 'boolean',
      default: false,
      describe: 'Remove the stop file: acts are possible again',
    })
    .option('reason', { type: 'string', requiresArg: true, describe: 'Why; written into the file' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .check(
      ({ remove, reason }) =>
        !remove || reason === undefined || '--reason is for stopping, not for --remove.',
    )
    .example('$0 stop', 'writes the file STOP; the agent looks for it before each act')
    .example('$0 stop --remove', 'takes it away again');
}

async function run({ stateDir, remove, reason, json }: ArgumentsCamelCase<StopFlags>): Promise<void> {
  const stopped = await (remove ? removeStopFile(stateDir) : writeStopFile(stateDir, content(reason)));
  if (json) printJson(stopped);
  else print(lines(stopped));
}

function content(reason: string | undefined): string {
  const at = new Date(systemClock.nowMs()).toISOString();
  return `${at} ${userName()}${reason === undefined ? '' : `: ${reason}`}\n`;
}

/** A uid without a name in the user database has none to give. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function lines({ stopFile, present, changed }: Stopped): string[] {
  if (present)
    return [
      changed ? `Stopped: ${stopFile} is written.` : `Stopped already: ${stopFile} is there.`,
      'No act begins on this machine until it is removed: memwarden stop --remove',
    ];
  return [
    changed ? `${stopFile} is removed.` : `There was no ${stopFile}.`,
    'What else may say no: memwarden mode',
  ];
}
