/*
 * What the installation keeps: certificates and their ends, the agents' allow list, pause and breaker, policies.
 */
import { X509Certificate } from 'node:crypto';
import { conditionOf, type MemoryPolicy } from '#api';
import { MEMORY_POLICIES } from '#kube';
import { allowListFound } from '../../doctor/acts.js';
import type { Examination } from '../../doctor/examination.js';
import { printable } from '../../text/escape.js';
import { duration } from '../../text/time.js';
import { breakerOf, BREAKER_NAME, pauseOf, PAUSE_NAME, type Kept } from '../kept-values.js';
import { CONFIG_MAPS } from '../resources.js';
import { partsOf, type ClusterPatient } from './patient.js';

const LINK_CA = 'memwarden-link-ca';
const DAY_MS = 86_400_000;
/** They are made anew long before. */
const SOON_MS = 7 * DAY_MS;

async function configMap({ cluster, namespace }: ClusterPatient, name: string): Promise<Kept | null> {
  const tried = { verb: 'list', type: CONFIG_MAPS, namespace } as const;
  const query = { namespace, fieldSelector: `metadata.name=${name}` };
  const { items } = await cluster.ask(tried, (client) => client.listPage<Kept>(CONFIG_MAPS, query));
  return items[0] ?? null;
}

/** Only what is public is looked at: the CA, never a key. */
export async function certificates(patient: ClusterPatient): Promise<Examination> {
  const kept = await configMap(patient, LINK_CA);
  return certificatesFound(kept?.data?.['ca.crt'], patient.nowMs);
}

/** Pure. @param pem one or more certificates */
export function certificatesFound(pem: string | undefined, nowMs: number): Examination {
  const subject = 'certificates';
  const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu) ?? [];
  if (blocks.length === 0)
    return {
      state: 'warning',
      subject,
      found: `the controller has published no CA (ConfigMap ${LINK_CA})`,
      next: 'Agents cannot connect until a leader has made it; with certificates of your own (link.tls=Secret) it is not made.',
    };
  const ends = blocks.map((block) => new X509Certificate(block).validToDate.getTime());
  const last = Math.max(...ends);
  const left = last - nowMs;
  const found = `the agents' CA is good until ${new Date(last).toISOString().slice(0, 10)}`;
  if (left > SOON_MS) return { state: 'ok', subject, found };
  if (left > 0)
    return {
      state: 'warning',
      subject,
      found: `${found}, ${duration(left)} from now`,
      next: 'The leader should have made the next one: see its logs.',
    };
  return {
    state: 'failed',
    subject,
    found: `${found}: agents cannot connect`,
    next: 'Delete the Secret memwarden-link-tls; the leader makes a new one.',
  };
}

export async function allowList(patient: ClusterPatient): Promise<Examination> {
  const maps = await partsOf<Kept>(patient, CONFIG_MAPS, 'agent');
  const map = maps.find(({ data }) => data?.['allow.yaml'] !== undefined);
  const text = map?.data?.['allow.yaml'];
  if (map === undefined || text === undefined)
    return {
      state: 'warning',
      subject: 'allow list',
      found: 'none: no agent does anything',
      next: 'helm upgrade brings it; its entries are the value agent.allow.',
    };
  const found = allowListFound(`ConfigMap ${map.metadata.name}`, text, null);
  return found.next === undefined
    ? found
    : { ...found, next: 'Its entries are the value agent.allow of the chart.' };
}

export async function pause(patient: ClusterPatient): Promise<Examination> {
  const [kept, broken] = await Promise.all([
    configMap(patient, PAUSE_NAME),
    configMap(patient, BREAKER_NAME),
  ]);
  const paused = pauseOf(kept);
  const breaker = breakerOf(broken);
  const subject = 'pause';
  if (paused !== null)
    return {
      state: 'warning',
      subject,
      found: `paused by ${printable(paused.by)}${paused.reason === '' ? '' : `: ${printable(paused.reason)}`}: nothing is done`,
      next: 'kubectl memwarden resume',
    };
  if (breaker !== null)
    return {
      state: 'warning',
      subject,
      found: `the breaker is open: ${printable(breaker.reason)}`,
      next: 'When you know why: kubectl memwarden breaker reset',
    };
  return { state: 'ok', subject, found: 'not paused, the breaker is closed' };
}

export async function policies({ cluster }: ClusterPatient): Promise<Examination> {
  const subject = 'policies';
  const tried = { verb: 'list', type: MEMORY_POLICIES, namespace: null } as const;
  const { items } = await cluster.ask(tried, (client) => client.listPage<MemoryPolicy>(MEMORY_POLICIES, {}));
  const refused = items.filter(
    ({ status }) => conditionOf(status?.conditions, 'Accepted')?.status === 'False',
  );
  const found =
    items.length === 0 ? 'none yet: nothing is looked for' : `${items.length - refused.length} accepted`;
  if (refused.length === 0) return { state: 'ok', subject, found };
  return {
    state: 'warning',
    subject,
    found: `${found}, ${refused.length} refused`,
    next: `Why: kubectl memwarden policies ${refused[0]?.metadata.name ?? ''}`,
  };
}
