/*
 * Whether the API server of a cluster would take policies: its schema, its rules, its admission policies. Nothing is kept.
 */
import { MEMORY_POLICIES } from '#kube';
import { Refused } from '../backend/errors.js';
import type { Judged, PolicyVerdict } from '../policies/verdict.js';
import type { Cluster } from './cluster.js';

/** One that is not accepted here already is not asked for. */
export async function judgedByServer(cluster: Cluster, judged: readonly Judged[]): Promise<PolicyVerdict[]> {
  const verdicts: PolicyVerdict[] = [];
  for (const one of judged) verdicts.push(await verdictOf(cluster, one));
  return verdicts;
}

async function verdictOf(cluster: Cluster, { verdict, object }: Judged): Promise<PolicyVerdict> {
  if (!verdict.accepted || object === null) return verdict;
  const { metadata, spec } = object;
  const { name, labels, annotations } = metadata;
  const body = { metadata: { ...(labels && { labels }), ...(annotations && { annotations }) }, spec };
  const tried = { verb: 'patch', type: MEMORY_POLICIES, namespace: null } as const;
  const how = { kind: 'apply', dryRun: true, fieldManager: 'kubectl-memwarden' } as const;
  try {
    await cluster.ask(tried, (client) => client.patch(MEMORY_POLICIES, { name }, body, how));
    return verdict;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const problems = error.problems.map(({ path, message }) => ({ path, message }));
    return { file: verdict.file, name, accepted: false, reason: 'Invalid', problems };
  }
}
