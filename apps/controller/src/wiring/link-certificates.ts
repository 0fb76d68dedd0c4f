/*
 * The certificate that the link serves with, and each that replaces it: made and renewed by who leads, or put into a
 * folder by somebody else (cert-manager).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import { InvalidValue, Stalled } from '#contracts/errors';
import { ManagedCertificates } from '#kube';
import type { ServingCertificate } from '#link';
import type { LinkTls } from '../config.js';
import { chance } from './chance.js';
import type { Cluster } from './cluster.module.js';

const FIRST_MS = 60_000;
const LOOK_EVERY_MS = 30_000;

const log = new Logger('Certificates');

export interface LinkCertificate extends AsyncDisposable {
  readonly current: ServingCertificate;
  onChange(callback: (certificate: ServingCertificate) => void): void;
}

/** Null: the link is spoken in the clear, which it allows only within this machine. @throws {InvalidValue | Stalled} */
export async function linkCertificate(
  tls: LinkTls,
  cluster: Cluster | null,
  clock: Clock,
): Promise<LinkCertificate | null> {
  if (tls.kind === 'Folder') return FolderCertificate.open(tls.folder);
  return tls.kind === 'Managed' && cluster !== null ? managed(cluster, clock) : null;
}

async function managed({ client, election, config }: Cluster, clock: Clock): Promise<LinkCertificate> {
  const { namespace, linkService } = config;
  const inCluster = `${linkService}.${namespace}.svc`;
  const certificates = new ManagedCertificates({
    ...{ client, namespace, leadership: election, clock, chance },
    dnsNames: [linkService, `${linkService}.${namespace}`, inCluster, `${inCluster}.cluster.local`],
    onFailure: (error) => {
      log.warn('The certificates of the link were not looked after; it is tried again.', {
        error: String(error),
      });
    },
  });
  const first = Promise.withResolvers<ServingCertificate>();
  using _following = certificates.onChange((made) => {
    first.resolve(made);
  });
  // Who leads makes the first ones, and nobody could if all waited for them.
  election.start();
  const current = await within(first.promise);
  return {
    current,
    onChange: (callback) => {
      certificates.onChange(callback);
    },
    [Symbol.asyncDispose]: () => certificates[Symbol.asyncDispose](),
  };
}

/** @throws {Stalled} */
async function within(first: Promise<ServingCertificate>): Promise<ServingCertificate> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new Stalled(
        `No certificate of the link within ${FIRST_MS / 1000} s: see whether a replica leads, and whether it may write the Secret memwarden-link-tls.`,
      ),
    );
  }, FIRST_MS);
  try {
    return await Promise.race([first, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

class FolderCertificate implements LinkCertificate {
  readonly #callbacks = new Set<(certificate: ServingCertificate) => void>();
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  private constructor(
    private readonly folder: string,
    public current: ServingCertificate,
  ) {
    this.#lookLater();
  }

  /** @throws {InvalidValue} */
  static async open(folder: string): Promise<FolderCertificate> {
    return new FolderCertificate(folder, await read(folder));
  }

  onChange(callback: (certificate: ServingCertificate) => void): void {
    this.#callbacks.add(callback);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    return Promise.resolve();
  }

  #lookLater(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => {
        this.#lookLater();
      });
    }, LOOK_EVERY_MS).unref();
  }

  async #look(): Promise<void> {
    try {
      const next = await read(this.folder);
      if (next.cert === this.current.cert && next.key === this.current.key) return;
      this.current = next;
      for (const callback of this.#callbacks) callback(next);
    } catch (error) {
      log.warn('The certificate of the link cannot be read; the last one is served.', {
        error: String(error),
      });
    }
  }
}

/** @throws {InvalidValue} */
async function read(folder: string): Promise<ServingCertificate> {
  try {
    const [cert, key] = await Promise.all(
      ['tls.crt', 'tls.key'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    return { cert: cert ?? '', key: key ?? '' };
  } catch (cause) {
    throw new InvalidValue(`${folder} must hold tls.crt and tls.key (MEMWARDEN_LINK_TLS_DIR).`, { cause });
  }
}
