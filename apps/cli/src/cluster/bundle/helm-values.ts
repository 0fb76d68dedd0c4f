/*
 * The values that Helm was given. They are in a Secret of Helm's own; nothing but them and the chart's version is taken
 * from it.
 */
import { gunzipSync } from 'node:zlib';
import { NotFound } from '#contracts/errors';
import { redactObject } from '../../bundle/redact.js';
import type { Cluster } from '../cluster.js';
import { SECRETS } from '../resources.js';

interface Release {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: { readonly release?: string };
}

const MOST_BYTES = 16 * 1024 * 1024;

/** Of the newest release of the chart in this namespace. @throws {NotFound} */
export async function helmValues(cluster: Cluster, namespace: string): Promise<unknown> {
  const tried = { verb: 'list', type: SECRETS, namespace } as const;
  const query = { namespace, labelSelector: 'owner=helm' };
  const { items } = await cluster.ask(tried, (client) => client.listPage<Release>(SECRETS, query));
  const found = [...items]
    .sort((a, b) => versionOf(b) - versionOf(a))
    .map(({ data }) => releaseOf(data?.release))
    .find((release) => release?.chart?.metadata?.name === 'memwarden');
  if (found === undefined || found === null) throw new NotFound('No release of the chart memwarden is in this namespace.');
  const { name, version, info, chart, config } = found;
  return redactObject({ name, version, status: info?.status, chart: chart?.metadata?.version, values: config ?? {} });
}

function versionOf({ metadata }: Release): number {
  return Number(metadata.labels?.['version'] ?? 0);
}

interface Decoded {
  readonly name?: string;
  readonly version?: number;
  readonly info?: { readonly status?: string };
  readonly chart?: { readonly metadata?: { readonly name?: string; readonly version?: string } };
  readonly config?: unknown;
}

/** Helm packs it twice: base64 within the Secret's own, then gzip. Null: it is something else. */
export function releaseOf(data: string | undefined): Decoded | null {
  try {
    const packed = Buffer.from(Buffer.from(data ?? '', 'base64').toString('latin1'), 'base64');
    return JSON.parse(gunzipSync(packed, { maxOutputLength: MOST_BYTES }).toString('utf8')) as Decoded;
  } catch {
    return null;
  }
}
