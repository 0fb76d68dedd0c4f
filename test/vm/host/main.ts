/*
 * npm run test:vm: builds the guest, boots it, judges what it said, and ends with one line `N passed, N failed`.
 * A machine that broke is tried once more; a test that failed is not. What cannot run here says why and is skipped.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unavailable } from '#contracts/errors';
import { bundleSource } from '../../../libs/testing/bundle-source.mjs';
import { makeDisks } from './disks.js';
import { makeInitramfs } from './initramfs.js';
import { ensureKernel, type Kernel } from './kernel.js';
import { boot, type Ending } from './machine.js';
import { ensurePackages } from './packages.js';
import { ARTEFACTS, BUILD, FIGURES } from './places.js';
import { parseTap, type GuestReport, type GuestResult } from './tap.js';

const DEADLINE_SECONDS = 300;
const TRIES = 2;

const say = (line: string): void => void process.stderr.write(`vm: ${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The exit status. */
export async function main(): Promise<number> {
  try {
    return judge(await runGuest(await prepare()));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    print(`vm: skipped: ${error.message}`);
    print('0 passed, 0 failed, 1 skipped');
    return 0;
  }
}

/** @throws {Unavailable} for a host that cannot run the machine */
async function prepare(): Promise<Kernel> {
  if (process.arch !== 'x64') throw new Unavailable('The test machine is x86-64, and so must its host be.');
  await ensurePackages(say);
  await mkdir(BUILD, { recursive: true });
  await mkdir(ARTEFACTS, { recursive: true });
  await bundleSource('test/vm/guest/main.ts', 'build/vm/guest.mjs');
  return await ensureKernel(say);
}

interface Verdict extends GuestReport {
  readonly ending: Ending;
}

async function runGuest(kernel: Kernel): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'memwarden-vm-'));
  try {
    const initramfs = await makeInitramfs(kernel, folder);
    for (let attempt = 1; ; attempt++) {
      say(`booting ${kernel.release}, try ${attempt} of ${TRIES}`);
      const verdict = await runOnce(kernel, initramfs, { folder, attempt });
      if (verdict.endStatus !== null || attempt === TRIES) return verdict;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Attempt {
  readonly folder: string;
  readonly attempt: number;
}

async function runOnce(kernel: Kernel, initramfs: string, { folder, attempt }: Attempt): Promise<Verdict> {
  const results = join(ARTEFACTS, `results-${attempt}.tap`);
  await writeFile(results, '');
  const ending = await boot({
    kernelImage: kernel.image,
    initramfs,
    disks: await makeDisks(folder),
    consoleLog: join(ARTEFACTS, `console-${attempt}.log`),
    results,
    deadlineSeconds: DEADLINE_SECONDS,
  });
  const report = parseTap(await readFile(results, 'utf8'));
  await writeFile(FIGURES, report.figures.map((line) => `${line}\n`).join(''));
  return { ...report, ending };
}

function judge({ results, ending, endStatus }: Verdict): number {
  for (const result of results) print(tapLine(result));
  const skipped = results.filter((result) => result.passed && result.skipped).length;
  const passed = results.filter((result) => result.passed).length - skipped;
  const failed = results.length - passed - skipped;
  // A guest that crashed between two tests has failed although none of them has.
  const whole = ending.kind === 'Done' && endStatus === (failed === 0 ? 0 : 1) && passed > 0;
  if (!whole) print(`not ok - the machine came to its end (${JSON.stringify({ ...ending, endStatus })})`);
  if (!whole || failed > 0) print(`vm: what the guest said is in ${ARTEFACTS}`);
  const counted = `${passed} passed, ${failed + (whole ? 0 : 1)} failed`;
  print(skipped === 0 ? counted : `${counted}, ${skipped} skipped`);
  return whole && failed === 0 ? 0 : 1;
}

function tapLine({ name, passed, skipped }: GuestResult): string {
  return `${passed ? 'ok' : 'not ok'} - ${name}${skipped ? ' # SKIP' : ''}`;
}
