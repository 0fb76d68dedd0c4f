/*
 * What a support archive has of a cluster: doctor, our objects, what the installation is made of, its Events and the ends of
 * its logs. Secrets are never read, but for the values that Helm was given, which are taken out of theirs.
 */
import { examinationLines } from '../../doctor/lines.js';
import type { Examination } from '../../doctor/examination.js';
import type { BundleEntry, BundleSource, LeftOut } from '../../bundle/entry.js';
import { redactLog, redactObject, redactText } from '../../bundle/redact.js';
import { version } from '../../version.js';
import type { ClusterBackend } from '../cluster-backend.js';
import type { Cluster } from '../cluster.js';
import { helmValues } from './helm-values.js';
import { logsOf, type LogOptions } from './logs.js';
import { LISTS, listed } from './lists.js';

export interface ClusterBundleOptions extends LogOptions {
  readonly cluster: Cluster;
  readonly backend: ClusterBackend;
  readonly namespace: string;
  readonly examinations: readonly Examination[];
}

export class ClusterBundle implements BundleSource {
  readonly #options: ClusterBundleOptions;

  constructor(options: ClusterBundleOptions) {
    this.#options = options;
  }

  async *entries(leftOut: (one: LeftOut) => void): AsyncGenerator<BundleEntry> {
    const { examinations, cluster, namespace, backend } = this.#options;
    yield json('versions.json', { memwarden: version, server: await versionOf(cluster, leftOut) });
    yield json('doctor.json', examinations);
    yield text('doctor.txt', `${examinationLines(examinations).join('\n')}\n`);
    yield* tried('mode.json', leftOut, async () => json('mode.json', await backend.mode()));
    for (const list of LISTS)
      yield* tried(list.path, leftOut, async () =>
        json(list.path, await listed(cluster, list, { namespace, leftOut })),
      );
    yield* tried('values.json', leftOut, async () => json('values.json', await helmValues(cluster, namespace)));
    for await (const log of logsOf(this.#options, leftOut)) yield { path: log.path, text: redactLog(log.text) };
  }
}

/** What cannot be had is said, and the rest goes on. */
async function* tried(
  what: string,
  leftOut: (one: LeftOut) => void,
  work: () => Promise<BundleEntry>,
): AsyncGenerator<BundleEntry> {
  try {
    yield await work();
  } catch (error) {
    leftOut({ what, why: (error as Error).message });
  }
}

async function versionOf(cluster: Cluster, leftOut: (one: LeftOut) => void): Promise<unknown> {
  try {
    return JSON.parse(await cluster.askText('/version', { mostBytes: 65_536 })) as unknown;
  } catch (error) {
    leftOut({ what: 'the version of the API server', why: (error as Error).message });
    return null;
  }
}

function text(path: string, content: string): BundleEntry {
  return { path, text: redactText(content) };
}

function json(path: string, value: unknown): BundleEntry {
  return { path, text: `${JSON.stringify(redactObject(value), null, 2)}\n` };
}
