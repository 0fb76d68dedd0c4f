/*
 * Running another program to its end, with a deadline and its words kept for the error.
 */
import { execFile } from 'node:child_process';
import { MemwardenError } from '#contracts/errors';

const DEADLINE_SECONDS = 60;
const MOST_BYTES = 64 * 1024 * 1024;

/** A program ended badly or too late; what it said is kept. */
export class CommandFailed extends MemwardenError {
  override readonly code = 'CommandFailed';

  constructor(
    readonly command: string,
    readonly exitCode: number | string | undefined,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(
      `${command} failed (${exitCode ?? 'no exit code'}). ${(stderr.trim() || stdout.trim()).slice(-4000)}`.trim(),
    );
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly deadlineSeconds?: number;
}

/** @returns stdout. @throws {CommandFailed} */
export async function run(
  program: string,
  args: readonly string[],
  { input, deadlineSeconds = DEADLINE_SECONDS, ...options }: RunOptions = {},
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const settings = { ...options, timeout: deadlineSeconds * 1000, maxBuffer: MOST_BYTES };
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new CommandFailed([program, ...args].join(' '), error.code ?? undefined, stdout, stderr));
    });
    // It may have ended without reading.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
