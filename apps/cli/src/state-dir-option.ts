/*
 * The flag --state-dir, the same in every command: always an absolute path, whatever folder the command was called in.
 */
import { resolve } from 'node:path';
import { InvalidValue } from '#contracts/errors';

interface StateDirOption {
  readonly type: 'string';
  readonly default: string;
  readonly requiresArg: true;
  readonly coerce: (given: string) => string;
  readonly describe: string;
}

export function stateDirOption(byDefault: string, describe: string): StateDirOption {
  return { type: 'string', default: byDefault, requiresArg: true, coerce: absolute, describe };
}

/** @throws {InvalidValue} for an empty text, which a script with an unset variable gives and which means no folder */
function absolute(given: string): string {
  if (given === '') throw new InvalidValue('--state-dir: name a folder.');
  return resolve(given);
}
