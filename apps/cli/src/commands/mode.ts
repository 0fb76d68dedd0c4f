/*
 * `memwarden mode`, `pause`, `resume`, `breaker reset`: whether anything may be done, and the ways to say so.
 */
import type { Argv, CommandModule } from 'yargs';
import type { ModeAnswer } from '../client/answers.js';
import type { Backend } from '../backend/backend.js';
import { serverFlags, type ServerFlags } from '../backend/flags.js';
import type { AskedFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';

interface PauseFlags extends ServerFlags {
  readonly reason: string | undefined;
}

export function modeCommand(environment: CliEnvironment): CommandModule<object, ServerFlags> {
  return {
    command: 'mode',
    describe: 'Whether anything may be done now, and who says no',
    builder: (yargs) =>
      serverFlags(yargs, environment)
        .example('$0 mode', 'every voice with its reason; the least of them holds')
        .example('$0 mode --json | jq -e \'.acts == "On"\'', 'for scripts'),
    handler: (given) => show(given, environment, (backend) => backend.mode()),
  };
}

export function pauseCommand(environment: CliEnvironment): CommandModule<object, PauseFlags> {
  return {
    command: 'pause',
    describe: 'No act begins on any node until somebody resumes',
    builder: (yargs): Argv<PauseFlags> =>
      serverFlags(yargs, environment)
        .option('reason', { type: 'string', requiresArg: true, describe: 'Why; shown to everybody who asks' })
        .example('$0 pause --reason "deploying"', 'reading and findings go on')
        .example('$0 stop', 'when the controller does not answer: stops this machine without it'),
    handler: (given) => show(given, environment, (backend) => backend.pause(given.reason)),
  };
}

export function resumeCommand(environment: CliEnvironment): CommandModule<object, ServerFlags> {
  return {
    command: 'resume',
    describe: 'Ends the pause',
    builder: (yargs) => serverFlags(yargs, environment).example('$0 resume', 'and says what else says no'),
    handler: (given) => show(given, environment, (backend) => backend.resume()),
  };
}

export function breakerCommand(environment: CliEnvironment): CommandModule {
  return {
    command: 'breaker',
    describe: 'The breaker opens when too much was done or went wrong in an hour',
    builder: (yargs) => yargs.command(resetCommand(environment)).demandCommand(1, 'Name what to do: reset.'),
    handler: () => undefined,
  };
}

function resetCommand(environment: CliEnvironment): CommandModule<object, ServerFlags> {
  return {
    command: 'reset',
    describe: 'Closes the breaker: acts go on',
    builder: (yargs) =>
      serverFlags(yargs, environment).example('$0 breaker reset', '"memwarden audit" says why it opened'),
    handler: (given) => show(given, environment, (backend) => backend.resetBreaker()),
  };
}

async function show(
  given: ServerFlags & AskedFlags,
  environment: CliEnvironment,
  ask: (backend: Backend) => Promise<ModeAnswer>,
): Promise<void> {
  const { openBackend } = await import('../backend/open.js');
  const { modeInFull } = await import('../objects/mode-view.js');
  const { showOne } = await import('./show.js');
  showOne(given, await ask(await openBackend(given, environment)), modeInFull);
}
