/*
 * What a support archive has of this machine: doctor, logs, policies, the allow list, what was found and done, and how a
 * running controller answers. Files with tokens are never opened, but to take what is in them out of everything else.
 */
import { readdir, readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { allPages } from '../backend/all-pages.js';
import type { Named, ObjectSource } from '../backend/backend.js';
import { ApiClient } from '../client/api.js';
import { HttpBackend } from '../client/http-backend.js';
import { findTarget } from '../client/target.js';
import type { CliEnvironment } from '../config.js';
import { examine } from '../doctor/examine.js';
import { examinationLines } from '../doctor/lines.js';
import { STATE_FILES } from '../local/state-dir.js';
import { version } from '../version.js';
import type { BundleEntry, BundleSource, LeftOut } from './entry.js';
import { redactLog, redactObject, redactText } from './redact.js';
import { tailOf } from './tail.js';

export interface MachineBundleOptions {
  readonly stateDir: string;
  readonly environment: CliEnvironment;
  /** Of each log. */
  readonly lines: number;
}

const MOST_LOG_BYTES = 4 * 1024 * 1024;
const MOST_FILE_BYTES = 1024 * 1024;
const MOST_FILES = 200;
/** What must never leave: it is in none of the files that are read, and may have got into a log. */
const SECRET_FILES = ['token', 'link-token'];
const AUDIT_ENTRIES = 1000;

export class MachineBundle implements BundleSource {
  readonly #options: MachineBundleOptions;
  #known: readonly string[] = [];

  constructor(options: MachineBundleOptions) {
    this.#options = options;
  }

  async *entries(leftOut: (one: LeftOut) => void): AsyncGenerator<BundleEntry> {
    this.#known = await this.#secrets();
    yield this.#json('versions.json', versions());
    const results = await examine(this.#options);
    yield this.#json('doctor.json', results);
    yield this.#text('doctor.txt', `${examinationLines(results).join('\n')}\n`);
    yield* this.#controller(leftOut);
    yield* this.#files('policies', leftOut);
    yield* this.#file(STATE_FILES.allow, leftOut);
    yield* this.#logs(leftOut);
  }

  async #secrets(): Promise<string[]> {
    const { stateDir, environment } = this.#options;
    const texts = await Promise.all(
      SECRET_FILES.map((name) => readFile(join(stateDir, name), 'utf8').catch(() => '')),
    );
    return [...texts.map((text) => text.trim()), environment.token ?? ''].filter((text) => text !== '');
  }

  async *#controller(leftOut: (one: LeftOut) => void): AsyncGenerator<BundleEntry> {
    const { stateDir, environment } = this.#options;
    const flags = { server: undefined, token: undefined, stateDir };
    const nowhere = { ...environment, server: undefined, token: undefined };
    try {
      const client = new ApiClient(await findTarget(flags, nowhere));
      const backend = new HttpBackend(client);
      yield this.#json('mode.json', await backend.mode());
      yield this.#json('nodes.json', await client.nodes());
      yield this.#json('objects/policies.json', await whole(backend.policies));
      yield this.#json('objects/findings.json', await whole(backend.findings));
      yield this.#json('objects/cleanups.json', await whole(backend.cleanups));
      yield this.#json('audit.json', await client.audit({ limit: AUDIT_ENTRIES }));
    } catch (error) {
      leftOut({ what: 'what the controller knows', why: (error as Error).message });
    }
  }

  async *#logs(leftOut: (one: LeftOut) => void): AsyncGenerator<BundleEntry> {
    const folder = join(this.#options.stateDir, 'logs');
    const names = await namesIn(folder, 'logs', leftOut);
    for (const name of names.filter((one) => one.endsWith('.log') || one.endsWith('.log.1'))) {
      try {
        const text = await tailOf(join(folder, name), this.#options.lines, MOST_LOG_BYTES);
        yield { path: `logs/${name}`, text: redactLog(text, this.#known) };
      } catch (error) {
        leftOut({ what: `logs/${name}`, why: (error as Error).message });
      }
    }
  }

  async *#files(folder: string, leftOut: (one: LeftOut) => void): AsyncGenerator<BundleEntry> {
    const names = await namesIn(join(this.#options.stateDir, folder), folder, leftOut);
    for (const name of names) yield* this.#file(join(folder, name), leftOut);
  }

  async *#file(name: string, leftOut: (one: LeftOut) => void): AsyncGenerator<BundleEntry> {
    try {
      const text = await tailOf(join(this.#options.stateDir, name), Infinity, MOST_FILE_BYTES);
      yield this.#text(name, text);
    } catch (error) {
      leftOut({ what: name, why: (error as Error).message });
    }
  }

  #text(path: string, text: string): BundleEntry {
    return { path, text: redactText(text, this.#known) };
  }

  #json(path: string, value: unknown): BundleEntry {
    return { path, text: `${JSON.stringify(redactObject(value, this.#known), null, 2)}\n` };
  }
}

async function whole<T extends Named>(source: ObjectSource<T>): Promise<readonly T[]> {
  return (await allPages(source, { state: 'all' })).items;
}

async function namesIn(
  folder: string,
  what: string,
  leftOut: (one: LeftOut) => void,
): Promise<readonly string[]> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    const names = found.filter((one) => one.isFile()).map(({ name }) => name).sort();
    if (names.length > MOST_FILES)
      leftOut({ what: `${names.length - MOST_FILES} files of ${what}`, why: `more than ${MOST_FILES}` });
    return names.slice(0, MOST_FILES);
  } catch (error) {
    leftOut({ what, why: (error as Error).message });
    return [];
  }
}

function versions(): unknown {
  return {
    memwarden: version,
    node: process.versions.node,
    kernel: release(),
    architecture: process.arch,
    processors: cpus().length,
    memoryBytes: totalmem(),
  };
}
