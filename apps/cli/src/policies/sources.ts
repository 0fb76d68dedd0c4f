/*
 * The texts that `policies validate` looks at: files, the policy files of folders, stdin. Each is read once, and never
 * more of it than one policy file may have.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface PolicyText {
  /** As the person named it; stdin: "-". */
  readonly file: string;
  /** Null: it cannot be read. */
  readonly text: string | null;
  readonly problem: string | null;
}

/** What local mode takes for a policy in its folder. */
const POLICY_FILE = /^[^.].*\.(?:ya?ml|json)$/u;
/** As much as an object may have, and one byte more to see that it is too much. */
const MOST_BYTES = 1_048_577;

export async function policyTexts(files: readonly string[], stdin: Readable): Promise<PolicyText[]> {
  const texts: PolicyText[] = [];
  for (const file of files)
    texts.push(...(file === '-' ? [await readStream(file, stdin)] : await readNamed(file)));
  return texts;
}

async function readNamed(file: string): Promise<PolicyText[]> {
  try {
    if (!(await stat(file)).isDirectory()) return [await readOne(file)];
    const names = (await readdir(file)).filter((name) => POLICY_FILE.test(name)).sort();
    if (names.length === 0) return [failed(file, 'no file in this folder ends in .yaml, .yml or .json')];
    return await Promise.all(names.map((name) => readOne(join(file, name))));
  } catch (error) {
    return [failed(file, reason(error))];
  }
}

async function readOne(file: string): Promise<PolicyText> {
  try {
    await using handle = await open(file, 'r');
    return await readStream(file, handle.createReadStream({ end: MOST_BYTES - 1, autoClose: false }));
  } catch (error) {
    return failed(file, reason(error));
  }
}

async function readStream(file: string, stream: Readable): Promise<PolicyText> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes >= MOST_BYTES) break;
  }
  return { file, text: Buffer.concat(chunks).toString(), problem: null };
}

function failed(file: string, problem: string): PolicyText {
  return { file, text: null, problem };
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'this user may not read it',
    EISDIR: 'it is a folder',
  };
  return known[code ?? ''] ?? message;
}
