/*
 * `memwarden doctor`: what is there, what is missing, what would be changed. Changes nothing itself.
 */
import type { Argv, CommandModule } from 'yargs';
import type { CliEnvironment } from '../config.js';
import { stateDirOption } from '../state-dir-option.js';

interface DoctorFlags {
  readonly 'state-dir': string;
  readonly json: boolean;
}

/** A command says its own exit status. */
type Exit = (status: number) => void;

const FAILED = 1;
const MARKS = { ok: 'ok  ', warning: '!   ', failed: 'FAIL' } as const;

export function doctorCommand(environment: CliEnvironment, exit: Exit): CommandModule<object, DoctorFlags> {
  return {
    command: 'doctor',
    describe: 'What this machine has, lacks, and what local mode would change on it',
    builder: (yargs) => flags(yargs, environment),
    handler: async ({ stateDir, json }) => {
      const { examine } = await import('../doctor/examine.js');
      const results = await examine({ stateDir, environment });
      const lines = json ? [JSON.stringify(results)] : results.map(line);
      process.stdout.write(`${lines.join('\n')}\n`);
      if (results.some(({ state }) => state === 'failed')) exit(FAILED);
    },
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<DoctorFlags> {
  return yargs
    .option('state-dir', stateDirOption(environment.stateDir, 'State dir to look at'))
    .option('json', { type: 'boolean', default: false, describe: 'A JSON array on stdout' })
    .example('$0 doctor', 'before the first start, or when something is odd');
}

function line(result: { state: keyof typeof MARKS; subject: string; found: string; next?: string }): string {
  const next = result.next === undefined ? '' : `\n      ${result.next}`;
  return `${MARKS[result.state]}  ${result.subject.padEnd(16)} ${result.found}${next}`;
}
