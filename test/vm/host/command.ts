/*
 * Running another program to its end, with a deadline and its words kept for the error.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Unavailable } from '#contracts/errors';

const execute = promisify(execFile);

export interface CommandOptions {
  readonly cwd?: string;
  readonly deadlineSeconds?: number;
}

/** What the program printed. @throws {Unavailable} when it is missing, fails or takes too long */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, deadlineSeconds = 120 }: CommandOptions = {},
): Promise<string> {
  try {
    const { stdout } = await execute(program, args, {
      timeout: deadlineSeconds * 1000,
      maxBuffer: 16 * 1024 * 1024,
      ...(cwd === undefined ? {} : { cwd }),
    });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Unavailable(`${program} ${args[0] ?? ''} failed. ${said}`.trim(), { cause: error });
  }
}
