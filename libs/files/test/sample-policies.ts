/*
 * Policies for specs: samples as JSON, several in a file with lines of --- between them.
 */
import { sampleCodec, type Sample } from '#testing';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderPolicySource } from '../src/folder-policy-source.js';
import type { ParsedPolicy } from '../src/policy-file.js';

export function parseSamples(text: string): readonly ParsedPolicy<Sample>[] {
  return text.split(/^---$/m).flatMap((each) => (each.trim() === '' ? [] : [parsed(each)]));
}

function parsed(text: string): ParsedPolicy<Sample> {
  const invalid = (name: string | null, message: string): ParsedPolicy<Sample> => ({
    name,
    object: null,
    rejected: { reason: 'Invalid', problems: [{ path: 'spec', message }] },
  });
  try {
    const value = JSON.parse(text) as Partial<Sample>;
    const decoded = sampleCodec.decode(value);
    const name = value.metadata?.name ?? null;
    return decoded.ok ? { name, object: decoded.object, rejected: null } : invalid(name, 'no sample');
  } catch {
    return invalid(null, 'no JSON');
  }
}

/** A folder of policies and one of state, and what a person does there. */
export class PolicyDesk implements AsyncDisposable {
  source!: FolderPolicySource<Sample>;

  private constructor(readonly path: string) {}

  static async open(): Promise<PolicyDesk> {
    const desk = new PolicyDesk(await mkdtemp(join(tmpdir(), 'memwarden-policies-')));
    await mkdir(desk.folder);
    await desk.start();
    return desk;
  }

  get folder(): string {
    return join(this.path, 'policies');
  }

  get state(): string {
    return join(this.path, 'state');
  }

  async start(): Promise<FolderPolicySource<Sample>> {
    this.source = await FolderPolicySource.open<Sample>({
      folder: this.folder,
      stateFolder: this.state,
      parse: parseSamples,
      codec: sampleCodec,
      settleMs: 20,
      rescanMs: 300,
    });
    return this.source;
  }

  async restart(): Promise<FolderPolicySource<Sample>> {
    await this.source[Symbol.asyncDispose]();
    return this.start();
  }

  /** As editors do: written beside and renamed. */
  async write(file: string, ...policies: readonly (Sample | string)[]): Promise<void> {
    const text = policies
      .map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
      .join('\n---\n');
    await writeFile(join(this.folder, '.beside'), text);
    await rename(join(this.folder, '.beside'), join(this.folder, file));
  }

  async remove(file: string): Promise<void> {
    await rm(join(this.folder, file), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await rm(this.path, { recursive: true });
  }
}
