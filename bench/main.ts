/*
 * npm run bench -- SUITE [--json] [--quick]: one document on stdout with --json, a table for people on stderr always.
 * Exit status: 0 measured, 1 failed, 2 bad usage, 130 ended by Ctrl-C. A missed goal is a result, not a failure.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { InvalidValue, MemwardenError } from '#contracts/errors';
import { agentSuite } from './agent.js';
import { cleanupSuite } from './cleanup.js';
import { controllerSuite } from './controller.js';
import { table, type BenchDocument, type Suite } from './harness/document.js';
import { lockMachine } from './harness/lock.js';
import { describeMachine } from './harness/machine.js';
import { seededRandom } from './harness/statistics.js';
import { Workspace } from './harness/workspace.js';

const SUITES: Readonly<Record<string, Suite>> = {
  agent: agentSuite,
  cleanup: cleanupSuite,
  controller: controllerSuite,
};
const SEED = 1;
const USAGE = `usage: npm run bench -- ${Object.keys(SUITES).join('|')} [--json] [--quick]`;
const STATUS = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

class Interrupted extends MemwardenError {
  override readonly code = 'Interrupted';
}

interface Request {
  readonly name: string;
  readonly suite: Suite;
  readonly json: boolean;
  readonly quick: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const request = parse(args);
    const document = await measure(request);
    say(table(document));
    if (request.json) process.stdout.write(`${JSON.stringify(document)}\n`);
    return STATUS.done;
  } catch (error) {
    return statusOf(error);
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof MemwardenError)) throw error;
  say(error.message);
  if (error instanceof Interrupted) return STATUS.interrupted;
  return error instanceof InvalidValue ? STATUS.usage : STATUS.failed;
}

/** @throws {InvalidValue} for bad usage */
function parse(args: readonly string[]): Request {
  const { values, positionals } = parsed(args);
  const name = positionals[0] ?? '';
  const suite = SUITES[name];
  if (suite === undefined || positionals.length !== 1) throw new InvalidValue(USAGE);
  return { name, suite, json: values.json, quick: values.quick };
}

function parsed(args: readonly string[]): {
  values: { json: boolean; quick: boolean };
  positionals: string[];
} {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args: [...args], options: { json: flag, quick: flag }, allowPositionals: true });
  } catch (cause) {
    throw new InvalidValue(USAGE, { cause });
  }
}

async function measure({ name, suite, quick }: Request): Promise<BenchDocument> {
  await using _lock = await lockMachine();
  const machine = describeMachine();
  await using workspace = new Workspace(say);
  const { results, leftOut } = await Promise.race([
    suite({ workspace, quick, random: seededRandom(SEED) }),
    interrupted(),
  ]);
  return { suite: name, machine, results, leftOut };
}

async function interrupted(): Promise<never> {
  const [signal] = (await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name)))) as [string];
  throw new Interrupted(`Ended by ${signal}: everything that was started is being ended.`);
}
