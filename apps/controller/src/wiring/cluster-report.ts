/*
 * What the leader tells beside the objects themselves: agents their pods; the cluster the status of policies, a NodeMemory
 * for each node, and Events. None of it is decided upon, and nobody waits for it.
 */
import { Logger } from '@nestjs/common';
import type { Condition, MemoryCleanup, MemoryFinding } from '#api';
import type { Clock } from '#contracts/clock';
import { leastMode } from '#contracts/mode';
import type { NodeListener, NodeReport } from '#contracts/report';
import { keyOf, type ObjectStore, type StoredObject } from '#contracts/store';
import type { AuditEntry } from '#contracts/audit';
import { EventRecorder, NodeMemoryWriter, NodeTaint } from '#kube';
import type { LinkServer } from '#link';
import type { Acting } from '../acts/acting.js';
import { agentLevel, effectiveMode } from '../acts/mode-levels.js';
import { historyOfCleanup, historyOfFinding } from '../audit/history-of.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import { eventOf } from '../cluster/events-of.js';
import { nodeMemoryStatus } from '../cluster/node-memory-status.js';
import { taintedForNothing } from '../cluster/taints.js';
import { PodPusher } from '../cluster/pod-pusher.js';
import type { Hearing } from '../sessions/hearing.js';
import type { PolicyStatus } from '../policies/policy-status.js';
import { chance } from './chance.js';
import type { Cluster } from './cluster.module.js';
import type { Stores } from './stores.js';

const LOOK_EVERY_MS = 3000;

const log = new Logger('Cluster');

export interface ClusterReportParts {
  readonly cluster: Cluster;
  readonly stores: Pick<Stores, 'findings' | 'cleanups' | 'writePolicyStatus'>;
  readonly acting: Acting;
  readonly facts: ClusterFacts;
  readonly policies: PolicyStatus;
  readonly link: LinkServer;
  readonly clock: Clock;
}

export class ClusterReport implements NodeListener, AsyncDisposable {
  readonly #events: EventRecorder;
  readonly #nodes: NodeMemoryWriter;
  readonly #pods: PodPusher;
  readonly #last = new Map<
    string,
    { readonly report: NodeReport; readonly conditions: readonly Condition[] }
  >();
  #following: readonly Disposable[] = [];
  /** Uids of cleanups whose taint was taken away; as bounded as the cleanups of a process' life. */
  readonly #untainted = new Set<string>();
  readonly #taint: NodeTaint;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(private readonly parts: ClusterReportParts) {
    const { cluster, clock, link } = parts;
    const { client, view, election, config } = cluster;
    const onFailure = this.#onFailure;
    this.#taint = new NodeTaint(client);
    this.#events = new EventRecorder({ client, clock, instance: config.podName, onFailure });
    this.#nodes = new NodeMemoryWriter({ client, view, leadership: election, clock, chance, onFailure });
    this.#pods = new PodPusher({ view, push: (node, pods) => link.pushPods(node, pods) });
  }

  readonly #onFailure = (error: unknown): void => {
    log.warn('The cluster was not told; it is tried again.', { error: String(error) });
  };

  start(hearing: Pick<Hearing, 'addNodes'>): void {
    hearing.addNodes(this.#pods);
    hearing.addNodes(this);
    const { findings, cleanups } = this.parts.stores;
    this.#following = [this.#follow(findings, historyOfFinding), this.#follow(cleanups, historyOfCleanup)];
    this.#lookLater();
  }

  connected(node: string): void {
    this.#offer(node, true);
  }

  reported(report: NodeReport): void {
    const { node } = report.ledger;
    this.#last.set(node, { report, conditions: this.#last.get(node)?.conditions ?? [] });
    this.#offer(node, true);
  }

  disconnected(node: string): void {
    this.#offer(node, false);
    this.#last.delete(node);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    for (const each of [this.#pods, ...this.#following]) each[Symbol.dispose]();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all([this.#events[Symbol.asyncDispose](), this.#nodes[Symbol.asyncDispose]()]);
  }

  #offer(node: string, connected: boolean): void {
    const last = this.#last.get(node);
    if (last === undefined) return;
    const { acting, facts, link, clock } = this.parts;
    const levels = [...facts.levels({ node }), agentLevel(link.veto(node))];
    const installation = acting.levels().filter(({ level }) => level === 'installation');
    const status = nodeMemoryStatus({
      ...{ report: last.report, connected, peer: link.peer(node), before: last.conditions },
      mode: leastMode([effectiveMode(levels), effectiveMode(installation)]),
      nowMs: clock.nowMs(),
    });
    this.#last.set(node, { report: last.report, conditions: status.conditions });
    this.#nodes.offer(node, status);
  }

  /** What is new in an object since it was seen last; what was there before this replica followed was said already. */
  #follow<T extends (MemoryFinding | MemoryCleanup) & StoredObject>(
    store: ObjectStore<T>,
    historyOf: (object: T) => readonly AuditEntry[],
  ): Disposable {
    const said = new Map(store.list().map((object) => [keyOf(object.metadata), idsOf(historyOf(object))]));
    return store.onChange(({ kind, object }) => {
      const key = keyOf(object.metadata);
      const before = said.get(key);
      if (kind === 'Deleted') {
        said.delete(key);
        return;
      }
      const entries = historyOf(object);
      said.set(key, idsOf(entries));
      if (!this.parts.cluster.election.isLeader) return;
      for (const entry of entries) {
        const event = before?.has(entry.id) === true ? null : eventOf(object, entry);
        if (event !== null) this.#events.record(event);
      }
    });
  }

  #lookLater(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#tellPolicies();
      void this.#untaint().finally(() => {
        this.#lookLater();
      });
    }, LOOK_EVERY_MS).unref();
  }

  /** Once for each cleanup that tainted: whoever sets the taint by himself afterwards keeps it. */
  async #untaint(): Promise<void> {
    const { cluster, stores } = this.parts;
    const { cleanups, findings } = stores;
    for (const { node, by } of taintedForNothing(cleanups.list(), (key) => findings.get(key))) {
      const found = cluster.view.node(node);
      const isNews = by.some((uid) => !this.#untainted.has(uid));
      if (!isNews || found === null || !cluster.election.isLeader) continue;
      try {
        await this.#taint.remove({ name: node, uid: found.uid });
        for (const uid of by) this.#untainted.add(uid);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  #tellPolicies(): void {
    const { cluster, policies, stores } = this.parts;
    if (!cluster.election.isLeader) return;
    for (const { metadata, status } of policies.all())
      if (status !== undefined) stores.writePolicyStatus?.(metadata.name, status);
  }
}

function idsOf(entries: readonly AuditEntry[]): ReadonlySet<string> {
  return new Set(entries.map(({ id }) => id));
}
