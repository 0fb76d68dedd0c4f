/*
 * The ends of the logs of controller, agents and Redis; of containers that were started again also the one before.
 */
import type { LeftOut } from '../../bundle/entry.js';
import { lastLines } from '../../bundle/tail.js';
import type { Cluster } from '../cluster.js';
import { PODS } from '../resources.js';

export interface LogOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Of each container. */
  readonly lines: number;
  /** Whose logs are had; those that are not well come first. */
  readonly agents: number;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
}

export interface LogPod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
  readonly status?: { readonly containerStatuses?: readonly ContainerStatus[] };
}

export interface Log {
  readonly path: string;
  readonly text: string;
}

const COMPONENT = 'app.kubernetes.io/component';
const COMPONENTS = ['controller', 'agent', 'redis'];
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_PODS = 500;

export async function* logsOf(options: LogOptions, leftOut: (one: LeftOut) => void): AsyncGenerator<Log> {
  const { cluster, namespace, agents } = options;
  let pods: readonly LogPod[];
  try {
    const labelSelector = `${COMPONENT} in (${COMPONENTS.join(',')})`;
    const query = { namespace, labelSelector, limit: MOST_PODS };
    const tried = { verb: 'list', type: PODS, namespace } as const;
    pods = (await cluster.ask(tried, (client) => client.listPage<LogPod>(PODS, query))).items;
  } catch (error) {
    leftOut({ what: 'logs', why: (error as Error).message });
    return;
  }
  const { chosen, others } = choosePods(pods, agents);
  if (others > 0) leftOut({ what: `logs of ${others} agents`, why: `more than ${agents}: --agents N has more` });
  for (const pod of chosen) yield* logsOfPod(pod, options, leftOut);
}

/** Pure. All but agents; of these the ones that are not well first. */
export function choosePods(
  pods: readonly LogPod[],
  agents: number,
): { readonly chosen: readonly LogPod[]; readonly others: number } {
  const isAgent = ({ metadata }: LogPod): boolean => metadata.labels?.[COMPONENT] === 'agent';
  const trouble = ({ status }: LogPod): number =>
    (status?.containerStatuses ?? []).reduce(
      (sum, { ready, restartCount = 0 }) => sum + restartCount + (ready === false ? 1000 : 0),
      0,
    );
  const mine = pods.filter(isAgent).sort((a, b) => trouble(b) - trouble(a) || (a.metadata.name < b.metadata.name ? -1 : 1));
  const chosen = [...pods.filter((pod) => !isAgent(pod)), ...mine.slice(0, agents)];
  return { chosen, others: Math.max(0, mine.length - agents) };
}

async function* logsOfPod(
  pod: LogPod,
  options: LogOptions,
  leftOut: (one: LeftOut) => void,
): AsyncGenerator<Log> {
  for (const asked of logsIn(pod)) {
    const path = `logs/${asked.pod}/${asked.container}${asked.previous ? '.previous' : ''}.log`;
    try {
      yield { path, text: await logOf(options, asked) };
    } catch (error) {
      leftOut({ what: path, why: (error as Error).message });
    }
  }
}

interface AskedLog {
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
}

function logsIn({ metadata, spec, status }: LogPod): AskedLog[] {
  const restarts = new Map((status?.containerStatuses ?? []).map((one) => [one.name, one.restartCount ?? 0]));
  return (spec?.containers ?? []).flatMap(({ name }) => {
    const now = { pod: metadata.name, container: name, previous: false };
    return (restarts.get(name) ?? 0) > 0 ? [now, { ...now, previous: true }] : [now];
  });
}

async function logOf(
  { cluster, namespace, lines }: LogOptions,
  { pod, container, previous }: AskedLog,
): Promise<string> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
  // The server ends it; somewhat more may come than it was asked for.
  const query = { container, previous, tailLines: lines, limitBytes: MOST_BYTES, mostBytes: 2 * MOST_BYTES };
  const tried = { verb: 'get', type: { ...PODS, plural: 'pods/log' }, namespace } as const;
  return lastLines(await cluster.askText(path, query, tried), lines);
}
