/*
 * Where the policies of local mode are: a folder that somebody names, or one of the state dir, made empty.
 */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidValue, Unavailable } from '#contracts/errors';

/** @throws {InvalidValue} for an empty text, which a script with an unset variable gives */
export function policiesPath(given: string): string {
  if (given === '') throw new InvalidValue('--policies: name a folder.');
  return resolve(given);
}

/**
 * A folder that was named must be there: a mistyped one would be a machine without any policy, and nobody would know.
 * @throws {Unavailable}
 */
export async function providePolicies(named: string | undefined, ours: string): Promise<string> {
  if (named === undefined) {
    await mkdir(ours, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw new Unavailable(`${ours} cannot be made: ${(error as Error).message}.`, { cause: error });
    });
    return ours;
  }
  const found = await stat(named).catch(() => null);
  if (found?.isDirectory() !== true)
    throw new Unavailable(`${named} is no folder. Make it, or leave --policies out; ${ours} is used then.`);
  await readdir(named).catch((error: unknown) => {
    throw new Unavailable(`The policies in ${named} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  });
  return named;
}
