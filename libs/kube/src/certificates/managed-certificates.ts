/*
 * The link's certificates, kept in a Secret of the installation and announced in a ConfigMap. Who leads makes and renews
 * them; every replica serves with what the Secret has. Each write is conditional on what was read, so that two who lead
 * by mistake make one authority, not two.
 */
import type { Clock } from '#contracts/clock';
import type { Leadership } from '#contracts/leadership';
import { Conflict, keyOf, type StoredObject } from '#contracts/store';
import { AlreadyExists } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import { CONFIG_MAPS, type ResourceType } from '../client/resource-type.js';
import { SECRETS } from '../cluster/kinds.js';
import { Informer } from '../watch/informer.js';
import { bundleOf, parseMaterial, secretTexts, type Material } from './material.js';
import { nextMaterial } from './next-material.js';
import { CERTIFICATE_TIMES, planCertificates, type CertificateTimes } from './plan.js';

/** PEM. */
export interface LinkCertificates {
  readonly cert: string;
  readonly key: string;
  /** Whom agents trust, and who forwards requests to the leader. */
  readonly ca: string;
}

export interface ManagedCertificatesOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** memwarden-link-tls */
  readonly secretName?: string;
  /** memwarden-link-ca */
  readonly configMapName?: string;
  /** Under which agents and replicas find the controller. */
  readonly dnsNames: readonly string[];
  readonly leadership: Leadership;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly times?: CertificateTimes;
  /** Hears of every attempt that failed; the next one comes by itself. */
  readonly onFailure: (error: unknown) => void;
}

interface Stored extends StoredObject {
  readonly data?: Readonly<Record<string, string>>;
}

const RETRY_MS = 2_000;
/** Looked at least so often: wall clocks jump. */
const LONGEST_WAIT_MS = 600_000;

export class ManagedCertificates implements AsyncDisposable {
  readonly #options: ManagedCertificatesOptions;
  readonly #secretRef: { readonly namespace: string; readonly name: string };
  readonly #configMapRef: { readonly namespace: string; readonly name: string };
  readonly #secret: Informer<Stored>;
  readonly #configMap: Informer<Stored>;
  readonly #callbacks = new Set<(certificates: LinkCertificates) => void>();
  readonly #leadership: Disposable;
  #current: LinkCertificates | null = null;
  #running: Promise<void> | null = null;
  #isAskedAgain = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ManagedCertificatesOptions) {
    const { namespace, secretName = 'memwarden-link-tls', configMapName = 'memwarden-link-ca' } = options;
    this.#options = options;
    this.#secretRef = { namespace, name: secretName };
    this.#configMapRef = { namespace, name: configMapName };
    this.#secret = this.#follow(SECRETS, secretName);
    this.#configMap = this.#follow(CONFIG_MAPS, configMapName);
    this.#leadership = options.leadership.onChange(() => this.#wake());
    void this.#synced();
  }

  /** Null: there are none yet. */
  get current(): LinkCertificates | null {
    return this.#current;
  }

  onChange(callback: (certificates: LinkCertificates) => void): Disposable {
    const own = (certificates: LinkCertificates): void => callback(certificates);
    this.#callbacks.add(own);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(own) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#leadership[Symbol.dispose]();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all([this.#secret[Symbol.asyncDispose](), this.#configMap[Symbol.asyncDispose]()]);
    await this.#running;
  }

  #follow(type: ResourceType, name: string): Informer<Stored> {
    const { client, namespace, chance } = this.#options;
    const query = { namespace, fieldSelector: `metadata.name=${name}` };
    const component = `kube/${name}`;
    const informer = new Informer<Stored>({ client, type, query, trim: (raw) => raw, component, chance });
    informer.onChange(() => {
      this.#serve();
      this.#wake();
    });
    return informer;
  }

  async #synced(): Promise<void> {
    const ever = new AbortController().signal;
    await Promise.all([this.#secret.synced(ever), this.#configMap.synced(ever)]);
    this.#wake();
  }

  #material(): Material | null {
    const data = this.#secret.get(keyOf(this.#secretRef))?.data ?? {};
    return parseMaterial(
      Object.fromEntries(Object.entries(data).map(([name, value]) => [name, decoded(value)])),
    );
  }

  #serve(): void {
    const material = this.#material();
    if (material?.serving == null) return;
    const next = { cert: material.serving.pem, key: material.serving.keyPem, ca: bundleOf(material) };
    if (next.cert === this.#current?.cert && next.ca === this.#current.ca) return;
    this.#current = next;
    for (const callback of this.#callbacks) callback(next);
  }

  // One at a time; what happens meanwhile is looked at afterwards.
  #wake(): void {
    this.#isAskedAgain = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#isAskedAgain && this.#mayWrite()) this.#wake();
    });
  }

  async #run(): Promise<void> {
    while (this.#isAskedAgain && this.#mayWrite()) {
      this.#isAskedAgain = false;
      try {
        this.#wakeAt(await this.#reconcile());
      } catch (error) {
        if (!isOvertaken(error)) this.#options.onFailure(error);
        this.#wakeAt(this.#options.clock.nowMs() + RETRY_MS);
      }
    }
  }

  #mayWrite(): boolean {
    const isSynced = this.#secret.isSynced && this.#configMap.isSynced;
    return !this.#isStopped && isSynced && this.#options.leadership.isLeader;
  }

  #wakeAt(atMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waitMs = Math.max(0, atMs - this.#options.clock.nowMs());
    this.#timer = this.#isStopped
      ? null
      : setTimeout(() => this.#wake(), Math.min(waitMs, LONGEST_WAIT_MS)).unref();
  }

  /** Until when nothing is to be done. */
  async #reconcile(): Promise<number> {
    const { clock, dnsNames, times = CERTIFICATE_TIMES } = this.#options;
    for (;;) {
      const making = { nowMs: clock.nowMs(), dnsNames, times };
      const material = this.#material();
      const step = planCertificates({ material, ...making });
      if (step.kind === 'Wait') {
        await this.#announce(material);
        return step.untilMs;
      }
      const next = await nextMaterial(step, material, making);
      // The bundle before the certificate: nobody is to meet one whose authority could not be read.
      if (step.kind === 'Promote') await this.#announce(material);
      if (!this.#mayWrite()) return clock.nowMs();
      await this.#write(next);
    }
  }

  async #write(material: Material): Promise<void> {
    const { client } = this.#options;
    const there = this.#secret.get(keyOf(this.#secretRef));
    const data = Object.fromEntries(
      Object.entries(secretTexts(material)).map(([name, text]) => [
        name,
        Buffer.from(text).toString('base64'),
      ]),
    );
    const secret =
      there === null
        ? client.create<Stored>(SECRETS, {
            metadata: this.#secretRef,
            ...{ type: 'kubernetes.io/tls', data },
          })
        : client.update<Stored>(SECRETS, { ...there, data });
    this.#secret.written(await secret);
  }

  async #announce(material: Material | null): Promise<void> {
    if (material === null) return;
    const data = { 'ca.crt': bundleOf(material) };
    const there = this.#configMap.get(keyOf(this.#configMapRef));
    if (there?.data?.['ca.crt'] === data['ca.crt']) return;
    const { client } = this.#options;
    const configMap =
      there === null
        ? client.create<Stored>(CONFIG_MAPS, { metadata: this.#configMapRef, data })
        : client.update<Stored>(CONFIG_MAPS, { ...there, data: { ...there.data, ...data } });
    this.#configMap.written(await configMap);
  }
}

// Somebody else made it meanwhile: the watch tells.
function isOvertaken(error: unknown): boolean {
  return error instanceof Conflict || error instanceof AlreadyExists;
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
