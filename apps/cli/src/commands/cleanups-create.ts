/*
 * `memwarden cleanups create`: a cleanup that a person asks for. It goes the same way as one of a policy: the same
 * checks, the same veto of the node, the same measurement.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { MemoryCleanup } from '#api';
import { InvalidValue, NotFound } from '#contracts/errors';
import type { CleanupRequest, StepRequest } from '../client/answers.js';
import type { ApiClient } from '../client/api.js';
import { clientFlags, type ClientFlags } from '../client/flags.js';
import type { CliEnvironment } from '../config.js';
import { hint, interrupted, print, printJson, viewOptions } from './output.js';

/** A command says its own exit status. */
export type Exit = (status: number) => void;

const FAILED = 1;
const VERIFY_AFTER_SECONDS = 30;
const MIN_FREED = '1Mi';

interface CreateFlags extends ClientFlags {
  readonly holder: string | undefined;
  readonly pid: number | undefined;
  readonly signal: string | undefined;
  readonly http: boolean | undefined;
  readonly 'verify-after': number | undefined;
  readonly 'min-freed': string | undefined;
  readonly reason: string | undefined;
  readonly wait: boolean;
}

export function createCleanupCommand(
  environment: CliEnvironment,
  exit: Exit,
): CommandModule<object, CreateFlags> {
  return {
    command: 'create',
    describe: 'Ask a process to give memory back, and measure it',
    builder: (yargs) => flags(yargs, environment),
    handler: (given) => run(given, environment, exit),
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<CreateFlags> {
  return clientFlags(yargs, environment)
    .option('pid', { type: 'number', requiresArg: true, describe: 'The process, by its number on the node' })
    .option('holder', { type: 'string', requiresArg: true, describe: "Or the row's id, from ledger --json" })
    .option('signal', {
      type: 'string',
      requiresArg: true,
      describe: 'Ask by this signal, e.g. SIGUSR2 (default: as the process has opted in)',
    })
    .option('http', { type: 'boolean', describe: 'Ask over HTTP, on the port the process has opted in with' })
    .option('verify-after', {
      type: 'number',
      requiresArg: true,
      describe: `Seconds until it is measured (default: ${VERIFY_AFTER_SECONDS})`,
    })
    .option('min-freed', {
      type: 'string',
      requiresArg: true,
      describe: `What must come back, e.g. 64Mi (default: ${MIN_FREED})`,
    })
    .option('reason', { type: 'string', requiresArg: true, describe: 'Why, for the audit trail' })
    .option('wait', { type: 'boolean', default: false, describe: 'Until it is over; exit status 0: freed' })
    .conflicts('pid', 'holder')
    .conflicts('signal', 'http')
    .check(({ pid, holder }) => pid !== undefined || holder !== undefined || 'Name whom to ask: --pid PID.')
    .example('$0 cleanups create --pid 4711 --wait', 'ask one process and wait for what was measured')
    .example('$0 cleanups create --pid 4711 --signal SIGUSR2 --reason "before the upgrade"', 'by signal');
}

async function run(
  given: ArgumentsCamelCase<CreateFlags>,
  environment: CliEnvironment,
  exit: Exit,
): Promise<void> {
  const { chooseNode, connect } = await import('../client/flags.js');
  const { completedReason, cleanupInFull } = await import('../objects/cleanup-view.js');
  const client = await connect(given, environment);
  const node = await chooseNode(client, given.node);
  const holder = given.holder ?? (await holderOf(client, node, given.pid ?? 0));
  const made = await client.createCleanup(requestOf(given, { node, holder }));
  const shown = given.wait ? await untilCompleted(client, made) : made;
  if (given.json) printJson(shown);
  else print(cleanupInFull(shown, viewOptions()));
  if (given.wait) {
    if (completedReason(shown) !== 'Freed') exit(FAILED);
  } else if (!given.json) hint(`\nWhat became of it: memwarden cleanups ${shown.metadata.name}`);
}

/** The row of a process says which of the processes of that number it is. @throws {NotFound} */
async function holderOf(client: ApiClient, node: string, pid: number): Promise<string> {
  const { devices } = await client.ledger(node);
  const row = devices
    .flatMap(({ holders }) => holders)
    .find(({ kind, pid: own }) => kind === 'process' && own === pid);
  if (row !== undefined) return row.id;
  throw new NotFound(
    `The last ledger of this node has no row for process ${pid}. Small ones have none; "memwarden ledger --details" shows those that have.`,
  );
}

function requestOf(given: ArgumentsCamelCase<CreateFlags>, target: CleanupRequest['target']): CleanupRequest {
  const { reason } = given;
  const step = stepOf(given);
  return {
    target,
    ...(step === null ? {} : { ladder: [step] }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Null: nothing was said of how. @throws {InvalidValue} */
function stepOf(given: ArgumentsCamelCase<CreateFlags>): StepRequest | null {
  const { signal, http, verifyAfter, minFreed } = given;
  const isAsked = signal !== undefined || http === true;
  if (!isAsked && verifyAfter === undefined && minFreed === undefined) return null;
  if (!isAsked)
    throw new InvalidValue('--verify-after and --min-freed need a way to ask: --signal NAME or --http.');
  return {
    type: 'Notify',
    notify:
      signal === undefined ? { transport: 'PodHTTP' } : { transport: 'Signal', signal: signalName(signal) },
    verifyAfterSeconds: verifyAfter ?? VERIFY_AFTER_SECONDS,
    minFreed: minFreed ?? MIN_FREED,
  };
}

/** As signal(7) spells it: usr2, SIGUSR2 and sigusr2 are one. Whether it may be sent is not decided here. */
function signalName(given: string): string {
  const upper = given.toUpperCase();
  return upper.startsWith('SIG') ? upper : `SIG${upper}`;
}

async function untilCompleted(client: ApiClient, made: MemoryCleanup): Promise<MemoryCleanup> {
  const { follow } = await import('../objects/follow.js');
  const { isCompleted, outcomeInWords } = await import('../objects/cleanup-view.js');
  const { name } = made.metadata;
  let last = made;
  hint(`${name}: asked for. Ctrl-C ends the waiting, not the cleanup.`);
  await follow(
    client,
    {
      event: 'cleanup',
      list: async () => [await client.cleanup(name)],
      changed: ([now]) => {
        if (now === undefined) return;
        const words = outcomeInWords(now);
        if (!isCompleted(now) && words !== outcomeInWords(last)) hint(`${name}: ${words}`);
        last = now;
      },
      troubled: (error) => hint(`memwarden: ${error.message} Trying again.`),
      isDone: () => isCompleted(last),
    },
    interrupted(),
  );
  return last;
}
