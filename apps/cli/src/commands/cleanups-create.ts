/*
 * `memwarden cleanups create`: a cleanup that a person asks for. It goes the same way as one of a policy: the same
 * checks, the same veto of the node, the same measurement.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { MemoryCleanup } from '#api';
import { InvalidValue } from '#contracts/errors';
import type { Backend, CleanupTarget } from '../backend/backend.js';
import { clientFlags, isJson, type ClientFlags } from '../backend/flags.js';
import type { StepRequest } from '../client/answers.js';
import type { CliEnvironment } from '../config.js';
import { hint, interrupted } from './output.js';

/** A command says its own exit status. */
export type Exit = (status: number) => void;

const FAILED = 1;
/** A dry run that ends as one has done what it was asked to. */
const WELL: readonly string[] = ['Freed', 'DryRun'];
const VERIFY_AFTER_SECONDS = 30;
const MIN_FREED = '1Mi';

interface CreateFlags extends ClientFlags {
  readonly pod: string | undefined;
  readonly holder: string | undefined;
  readonly pid: number | undefined;
  readonly signal: string | undefined;
  readonly http: boolean | undefined;
  readonly evict: boolean | undefined;
  readonly 'dry-run': boolean;
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
  return waysToAsk(clientFlags(yargs, environment))
    .option('pod', {
      type: 'string',
      requiresArg: true,
      describe: 'The pod, NAME or NAMESPACE/NAME (of a cluster)',
    })
    .option('pid', { type: 'number', requiresArg: true, describe: 'The process, by its number on the node' })
    .option('holder', { type: 'string', requiresArg: true, describe: "Or the row's id, from ledger --json" })
    .option('reason', { type: 'string', requiresArg: true, describe: 'Why, for the audit trail' })
    .option('wait', { type: 'boolean', default: false, describe: 'Until it is over; exit status 0: freed' })
    .conflicts('pid', ['holder', 'pod'])
    .conflicts('holder', 'pod')
    .check(
      ({ pod, pid, holder }) =>
        (pod ?? pid ?? holder) !== undefined || 'Name whom to ask: --pid PID, or --pod NAME in a cluster.',
    )
    .example('kubectl memwarden cleanups create --pod web-0 --http --wait', 'ask a pod of a cluster')
    .example('$0 cleanups create --pid 4711 --wait', 'ask one process and wait for what was measured')
    .example('$0 cleanups create --pid 4711 --signal SIGUSR2 --reason "before the upgrade"', 'by signal');
}

function waysToAsk<Flags>(
  yargs: Argv<Flags>,
): Argv<Flags & Pick<CreateFlags, 'signal' | 'http' | 'evict' | 'dry-run' | 'verify-after' | 'min-freed'>> {
  return yargs
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
    .option('evict', {
      type: 'boolean',
      describe: 'Evict the pod instead, as its disruption budgets allow',
    })
    .option('dry-run', {
      type: 'boolean',
      default: false,
      describe: 'Say what would be done, and send nothing (of a cluster)',
    })
    .conflicts('signal', ['http', 'evict'])
    .conflicts('http', 'evict');
}

async function run(
  given: ArgumentsCamelCase<CreateFlags>,
  environment: CliEnvironment,
  exit: Exit,
): Promise<void> {
  const { openBackend } = await import('../backend/open.js');
  const { completedReason, cleanupInFull } = await import('../objects/cleanup-view.js');
  const { showOne } = await import('./show.js');
  const step = stepOf(given);
  const backend = await openBackend(given, environment);
  const target = await targetOf(given, backend);
  const { dryRun: isDryRun, reason } = given;
  const made = await backend.createCleanup({ target, step, isDryRun, reason });
  const shown = given.wait ? await untilCompleted(backend, made) : made;
  showOne(given, shown, cleanupInFull);
  if (given.wait) {
    if (!WELL.includes(completedReason(shown) ?? '')) exit(FAILED);
  } else if (!isJson(given))
    hint(`\nWhat became of it: ${environment.program} cleanups ${namedIn(backend, made)}`);
}

/** With its namespace where that is not the one that is asked by default. */
function namedIn({ kind }: Backend, { metadata: { name, namespace } }: MemoryCleanup): string {
  return kind === 'Controller' || namespace === undefined ? name : `${name} -n ${namespace}`;
}

async function targetOf(given: ArgumentsCamelCase<CreateFlags>, backend: Backend): Promise<CleanupTarget> {
  const { pod, pid, holder } = given;
  if (pod !== undefined) return podNamed(pod, given.namespace);
  const node = await backend.chooseNode(given.node);
  return holder === undefined ? { kind: 'Process', node, pid: pid ?? 0 } : { kind: 'Holder', node, holder };
}

/** NAME, or NAMESPACE/NAME as the tables have it. @throws {InvalidValue} */
function podNamed(given: string, namespace: string | undefined): CleanupTarget {
  const parts = given.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2 || parts.includes(''))
    throw new InvalidValue('--pod: write NAME, with -n NAMESPACE, or NAMESPACE/NAME.');
  if (second === undefined) return { kind: 'Pod', namespace, name: first };
  if (namespace !== undefined && namespace !== first)
    throw new InvalidValue(`--pod ${given} is not in the namespace ${namespace}: name one of them.`);
  return { kind: 'Pod', namespace: first, name: second };
}

/** Null: nothing was said of how. @throws {InvalidValue} */
function stepOf(given: ArgumentsCamelCase<CreateFlags>): StepRequest | null {
  const { signal, http, evict, verifyAfter, minFreed } = given;
  const isAsked = signal !== undefined || http === true || evict === true;
  if (!isAsked && verifyAfter === undefined && minFreed === undefined) return null;
  if (!isAsked)
    throw new InvalidValue('--verify-after and --min-freed need a way to ask: --signal NAME or --http.');
  const measured = {
    verifyAfterSeconds: verifyAfter ?? VERIFY_AFTER_SECONDS,
    minFreed: minFreed ?? MIN_FREED,
  };
  if (evict === true) return { type: 'Evict', evict: {}, ...measured };
  return {
    type: 'Notify',
    notify:
      signal === undefined ? { transport: 'PodHTTP' } : { transport: 'Signal', signal: signalName(signal) },
    ...measured,
  };
}

/** As signal(7) spells it: usr2, SIGUSR2 and sigusr2 are one. Whether it may be sent is not decided here. */
function signalName(given: string): string {
  const upper = given.toUpperCase();
  return upper.startsWith('SIG') ? upper : `SIG${upper}`;
}

async function untilCompleted(backend: Backend, made: MemoryCleanup): Promise<MemoryCleanup> {
  const { follow } = await import('../objects/follow.js');
  const { isCompleted, outcomeInWords } = await import('../objects/cleanup-view.js');
  const { name } = made.metadata;
  let last = made;
  hint(`${name}: asked for. Ctrl-C ends the waiting, not the cleanup.`);
  await follow<MemoryCleanup>(
    {
      changes: (signal) => backend.cleanups.changesOf(made.metadata, signal),
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
