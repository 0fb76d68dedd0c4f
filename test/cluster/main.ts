/*
 * npm run cluster -- up|down|status|shell: a real Kubernetes with two nodes on this machine, for a person.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MemwardenError } from '#contracts/errors';
import { endRunning } from '../../tools/cluster/door.mjs';
import { describeCluster, type Description } from './harness/describe.js';
import { down, open, prepare, pretend, up, type Ask } from './harness/clusters.js';
import { programOf } from './harness/config/daemon.js';
import { loadImages, needImages } from './harness/images.js';
import { keepLogs } from './harness/logs.js';

const USAGE = `npm run cluster -- COMMAND [--name NAME]

  up [--kwok N] [--images] [--json]
                           both nodes Ready, or finds them so; N pretended nodes more; with the images of this checkout
  down [--logs FOLDER]     ends the cluster and removes every trace of it, whatever state it is in; its logs and its pods' are kept in FOLDER
  status [--json]          what runs, and where
  prepare                  builds all that "up --images" needs, and starts nothing
  shell                    $SHELL with KUBECONFIG, and kubectl, helm and ctr on the PATH

Clusters with different names (default: "default") live side by side.`;

const OPTIONS = {
  name: { type: 'string', default: 'default' },
  kwok: { type: 'string', default: '0' },
  images: { type: 'boolean', default: false },
  logs: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const say = (line: string): void => void process.stderr.write(`cluster: ${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Wish extends Ask {
  readonly kwokNodes: number;
  readonly images: boolean;
  readonly logs: string | undefined;
  readonly json: boolean;
  readonly givenUp: AbortSignal;
}

const COMMANDS: Readonly<Record<string, (wish: Wish) => Promise<number>>> = {
  up: runUp,
  down: runDown,
  status: runStatus,
  shell: runShell,
  prepare: runPrepare,
};

/** @returns the exit status */
export async function main(root: string, args: readonly string[]): Promise<number> {
  const givenUp = interruption();
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const command = COMMANDS[positionals[0] ?? ''];
    const kwokNodes = Number(values.kwok);
    if (values.help || command === undefined || positionals.length > 1 || !(kwokNodes >= 0)) {
      say(USAGE);
      return values.help ? 0 : 2;
    }
    const { name, images, logs, json } = values;
    return await command({ name, root, say, kwokNodes, images, logs, json, givenUp });
  } catch (error) {
    if (givenUp.reason instanceof Interrupted) return givenUp.reason.status;
    if (!isForPeople(error)) throw error;
    say(error.next === undefined ? error.message : `${error.message}\n${error.next}`);
    return 1;
  }
}

/** Aborts when a person, or whoever runs this, wants it to end; a build under way ends at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      say('interrupted; taking back what was begun');
      controller.abort(new Interrupted(signal));
      endRunning();
    });
  return controller.signal;
}

class Interrupted extends Error {
  readonly status: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`ended by ${signal}`);
    this.status = 128 + constants.signals[signal];
  }
}

/** Circumstances have words for a person, and a set-up's Problem says what to do next; a defect keeps its stack. */
function isForPeople(error: unknown): error is Error & { readonly next?: string } {
  if (!(error instanceof Error)) return false;
  const usage = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return error instanceof MemwardenError || 'next' in error || usage;
}

async function runUp(wish: Wish): Promise<number> {
  const started = performance.now();
  const { cluster, made } = await up(wish, wish.givenUp);
  if (wish.kwokNodes > 0) await pretend(wish, cluster, wish.kwokNodes);
  if (wish.images) await loadImages(wish, cluster);
  const seconds = (performance.now() - started) / 1000;
  say(made ? `both nodes are Ready after ${seconds.toFixed(1)} s` : 'it is up already');
  show({ ...(await describeCluster(cluster)), seconds }, wish.json);
  return 0;
}

async function runPrepare(wish: Wish): Promise<number> {
  await prepare(wish);
  await needImages(wish);
  return 0;
}

async function runDown(wish: Wish): Promise<number> {
  if (wish.logs !== undefined) await keepLogs((await open(wish)).shape, resolve(wish.logs));
  const traces = await down(wish);
  say(traces.length === 0 ? `there is no cluster "${wish.name}"` : `"${wish.name}" is gone`);
  return 0;
}

async function runStatus(wish: Wish): Promise<number> {
  const cluster = await open(wish);
  const description = await describeCluster(cluster);
  show(description, wish.json);
  return description.ready ? 0 : 1;
}

async function runShell(wish: Wish): Promise<number> {
  const cluster = await open(wish);
  if (!(await describeCluster(cluster)).ready) {
    say('it is not up; "npm run cluster -- up" first');
    return 1;
  }
  const folders = ['kubectl', 'helm', 'ctr'].map((name) => dirname(programOf(cluster.programs, name)));
  const env = {
    ...process.env,
    KUBECONFIG: cluster.kubectl.kubeconfig,
    PATH: [...new Set(folders), process.env['PATH'] ?? ''].join(':'),
  };
  const child = spawn(process.env['SHELL'] ?? 'sh', { stdio: 'inherit', env });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

function show(description: Description, json: boolean): void {
  if (json) print(JSON.stringify(description, undefined, 2));
  else
    print(
      [
        `KUBECONFIG=${description.kubeconfig}`,
        ...description.nodes.map(
          ({ name, address, ready }) => `${name}  ${address}  ${ready ? 'Ready' : 'NotReady'}`,
        ),
        ...description.missing.map((daemon) => `${daemon}  does not run`),
        `logs: ${description.logs}`,
      ].join('\n'),
    );
}
