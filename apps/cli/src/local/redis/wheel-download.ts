/*
 * Fetches a wheel from the package index that this machine is set up for: from the index named in pip's configuration
 * (PEP 503), else through pip itself, which knows the usual one. Sizes and times are bounded; hashes are checked by
 * the caller.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Stalled, Unavailable } from '#contracts/errors';
import type { PipEnvironment } from '../../config.js';

export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly fileName: string;
  readonly sha256: string;
  /** Inside the wheel. */
  readonly program: string;
  readonly programSha256: string;
}

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 32 * 1024 * 1024;
const run = promisify(execFile);

/** Null: no index is configured, or it does not have the file. */
export async function fetchFromIndex(wheel: Wheel, pip: PipEnvironment): Promise<Buffer | null> {
  const index = pip.indexUrl ?? (await configuredIndex(pip.configFiles));
  if (index === null || !URL.canParse(index)) return null;
  try {
    const page = new URL(`${index.replace(/\/+$/u, '')}/${wheel.project}/`);
    const link = linkTo(wheel.fileName, (await get(page)).toString('utf8'));
    return link === null ? null : await get(new URL(link, page));
  } catch {
    // pip may know a way that we do not: a certificate, a proxy, another index.
    return null;
  }
}

async function configuredIndex(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const found = /^\s*index[-_]url\s*[=:]\s*(\S+)/mu.exec(text);
    if (found?.[1] !== undefined) return found[1];
  }
  return null;
}

/** The address of the file on a PEP 503 page. */
export function linkTo(fileName: string, page: string): string | null {
  for (const [, address = ''] of page.matchAll(/<a\s[^>]*href\s*=\s*["']([^"']+)["']/giu)) {
    const link = address.replaceAll('&amp;', '&');
    const path = link.split(/[#?]/u, 1)[0] ?? '';
    if (path.slice(path.lastIndexOf('/') + 1) === fileName) return link;
  }
  return null;
}

async function get(url: URL): Promise<Buffer> {
  const headers = url.username === '' ? undefined : { authorization: basic(url) };
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  const response = await fetch(plain, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(headers === undefined ? {} : { headers }),
  });
  if (!response.ok || response.body === null)
    throw new Unavailable(`${plain.host} answered ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    received += chunk.length;
    if (received > MAX_BYTES) throw new Unavailable(`${plain.host} sent more than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function basic(url: URL): string {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** @throws {Unavailable} when pip is missing or refuses */
export async function fetchWithPip(wheel: Wheel): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'memwarden-wheel-'));
  try {
    const requirements = join(folder, 'requirements.txt');
    await writeFile(requirements, `${wheel.project}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
    const target = ['--python-version', '311', '--implementation', 'cp', '--abi', 'cp311'];
    const platform = ['--platform', 'manylinux2014_x86_64', '--platform', 'manylinux_2_17_x86_64'];
    const only = [
      '--no-deps',
      '--only-binary',
      ':all:',
      '--require-hashes',
      '-r',
      requirements,
      '-d',
      folder,
    ];
    await run('python3', ['-m', 'pip', 'download', '-q', ...target, ...platform, ...only], {
      timeout: TIMEOUT_MS,
    });
    return await readFile(join(folder, wheel.fileName));
  } catch (error) {
    throw pipProblem(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pipProblem(error: unknown): Error {
  const { code, killed, stderr } = error as { code?: string | number; killed?: boolean; stderr?: string };
  if (code === 'ENOENT')
    return new Unavailable('no package index is configured and there is no python3 with pip');
  if (killed === true) return new Stalled('pip did not finish in time; is the network there?');
  return new Unavailable(
    `pip could not fetch it (${stderr?.trim().split('\n').at(-1) ?? 'no reason given'})`,
  );
}
