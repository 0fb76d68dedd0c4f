/*
 * Whether acts may begin, as the cluster says it: the ConfigMaps memwarden-pause and memwarden-breaker of the
 * installation, and each node's own limit. Written here without the controller: it obeys what it finds there.
 */
import type { NodeMemory } from '#api';
import { NotFound } from '#contracts/errors';
import { AlreadyExists } from '#kube';
import type { ObjectSource } from '../backend/backend.js';
import { allPages } from '../backend/all-pages.js';
import type { ModeAnswer } from '../client/answers.js';
import type { Cluster, Tried } from './cluster.js';
import { ifMayNot, installNamespace, maxModeOf } from './installation.js';
import { breakerOf, breakerResetAt, BREAKER_NAME, pauseOf, PAUSE_NAME, type Kept } from './kept-values.js';
import { modeAnswer } from './mode-answer.js';
import { CONFIG_MAPS } from './resources.js';

export class Acts {
  readonly #cluster: Cluster;
  readonly #nodes: ObjectSource<NodeMemory>;
  #namespace: string | null;

  constructor(cluster: Cluster, nodes: ObjectSource<NodeMemory>, installNamespace: string | null) {
    this.#cluster = cluster;
    this.#nodes = nodes;
    this.#namespace = installNamespace;
  }

  /** That Memwarden is installed in. @throws {NotFound} when nobody says, {InvalidValue} when there are several */
  async namespace(): Promise<string> {
    this.#namespace ??= await installNamespace(this.#cluster);
    return this.#namespace;
  }

  async mode(): Promise<ModeAnswer> {
    const namespace = await this.namespace();
    const [installation, pause, breaker, nodes] = await Promise.all([
      maxModeOf(this.#cluster, namespace).catch(ifMayNot),
      this.#read(namespace, PAUSE_NAME),
      this.#read(namespace, BREAKER_NAME),
      allPages(this.#nodes, {}).catch(ifMayNot),
    ]);
    return modeAnswer({
      installation,
      pause: pauseOf(pause),
      breaker: breakerOf(breaker),
      nodes: nodes?.items ?? null,
    });
  }

  /** Paused already: the first pause stands. */
  async pause(reason: string, nowMs: number): Promise<void> {
    const namespace = await this.namespace();
    const { user } = await this.#cluster.whoAmI();
    const there = await this.#read(namespace, PAUSE_NAME);
    if (pauseOf(there) !== null) return;
    const data = { by: user, reason, at: new Date(nowMs).toISOString() };
    await this.#write(namespace, PAUSE_NAME, data);
  }

  async resume(): Promise<void> {
    const namespace = await this.namespace();
    await this.#ask('delete', namespace, (client) =>
      client.delete(CONFIG_MAPS, { name: PAUSE_NAME, namespace }),
    );
  }

  async resetBreaker(nowMs: number): Promise<void> {
    const namespace = await this.namespace();
    const kept = await this.#read(namespace, BREAKER_NAME);
    if (breakerOf(kept) === null) return;
    await this.#write(namespace, BREAKER_NAME, breakerResetAt(nowMs));
  }

  /** The whole of it: keys of what was kept before do not stay. */
  async #write(namespace: string, name: string, data: Record<string, string>): Promise<void> {
    const object: Kept = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
    try {
      await this.#ask('create', namespace, (client) => client.create(CONFIG_MAPS, object));
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error;
      await this.#ask('update', namespace, (client) => client.update(CONFIG_MAPS, object));
    }
  }

  /** Null: it is not there. */
  async #read(namespace: string, name: string): Promise<Kept | null> {
    try {
      return await this.#ask('get', namespace, (client) =>
        client.get<Kept>(CONFIG_MAPS, { name, namespace }),
      );
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  #ask<R>(
    verb: Tried['verb'],
    namespace: string,
    work: (client: Cluster['client']) => Promise<R>,
  ): Promise<R> {
    return this.#cluster.ask({ verb, type: CONFIG_MAPS, namespace }, work);
  }
}
