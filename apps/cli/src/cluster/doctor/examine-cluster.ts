/*
 * The examinations of a cluster, in the order in which each needs the one before. Each only looks.
 */
import { systemClock } from '#contracts/clock';
import type { AskedFlags } from '../../backend/flags.js';
import type { CliEnvironment } from '../../config.js';
import type { Examination } from '../../doctor/examination.js';
import { installNamespace } from '../installation.js';
import { clusterOf } from '../open-cluster.js';
import type { Cluster } from '../cluster.js';
import { allowList, certificates, pause, policies } from './keeping.js';
import { examined, type ClusterPatient } from './patient.js';
import { admission, apiServer, customResources, identity } from './server.js';
import { agents, controller, leader, nodes, redis } from './workloads.js';

const EXAMINATIONS: readonly (readonly [string, (patient: ClusterPatient) => Promise<Examination>])[] = [
  ['you', identity],
  ['custom resources', customResources],
  ['admission policy', admission],
  ['controller', controller],
  ['leader', leader],
  ['certificates', certificates],
  ['agents', agents],
  ['nodes', nodes],
  ['redis', redis],
  ['policies', policies],
  ['allow list', allowList],
  ['pause', pause],
];

/** As many as need none. */
const WITHOUT_INSTALLATION = 3;

/** Without a cluster, or one that does not answer, that is all there is to say. */
export async function examineCluster(flags: AskedFlags, environment: CliEnvironment): Promise<Examination[]> {
  const cluster = await clusterOf(flags, environment).catch((error: unknown) => error as Error);
  if (cluster instanceof Error) return [await failed('API server', cluster)];
  const server = await examined('API server', () => apiServer(cluster));
  if (server.state === 'failed') return [server];
  return [server, ...(await examineInstallation(cluster, flags, environment))];
}

async function examineInstallation(
  cluster: Cluster,
  flags: AskedFlags,
  environment: CliEnvironment,
): Promise<Examination[]> {
  const own = flags.namespace ?? cluster.place.namespace;
  const named = flags.installNamespace ?? environment.installNamespace;
  const found = named ?? (await installNamespace(cluster).catch((error: unknown) => error as Error));
  const isKnown = !(found instanceof Error);
  const patient: ClusterPatient = {
    cluster,
    own,
    namespace: isKnown ? found : own,
    nowMs: systemClock.nowMs(),
  };
  const installation: Examination = isKnown
    ? { state: 'ok', subject: 'installation', found: `namespace ${found}` }
    : await failed('installation', found);
  const list = isKnown ? EXAMINATIONS : EXAMINATIONS.slice(0, WITHOUT_INSTALLATION);
  return [
    installation,
    ...(await Promise.all(list.map(([subject, one]) => examined(subject, () => one(patient))))),
  ];
}

function failed(subject: string, error: Error): Promise<Examination> {
  return examined(subject, () => Promise.reject(error));
}
