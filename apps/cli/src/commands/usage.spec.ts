/*
 * Whom the commands ask by their flags, what a shell is told that may come next, and the stop file. Nothing is asked here.
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runCommandLine } from '../command-line.js';
import { readEnvironment } from '../config.js';

// The cluster's client is large: the first test that needs it loads it.
jest.setTimeout(60_000);
let folder = '';
let out = '';
let err = '';

beforeEach(async () => {
  out = '';
  err = '';
  folder = await mkdtemp(join(tmpdir(), 'memwarden-cli-'));
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<number> {
  return runCommandLine(words, {
    ...readEnvironment({ HOME: folder }),
    stateDir: folder,
    server: 'http://127.0.0.1:1',
  });
}

describe('whom is asked', () => {
  it.each([
    [
      ['findings', '--server', 'http://x', '--context', 'prod'],
      '--server asks a controller and --context a cluster',
    ],
    [['findings', '--token', 'x', '-A'], '--token asks a controller and --all-namespaces a cluster'],
    [['findings', '-n', 'a', '-A'], 'mutually exclusive'],
    [['ledger', '--cluster'], 'its controller has it'],
    [['cleanups', 'create', '--pod', 'a/b'], '--pod is for a cluster'],
  ])('%j: bad usage', async (words, said) => {
    expect(await run(...words)).toBe(2);
    expect(err).toContain(said);
  });

  it('kubectl memwarden has no local mode, and asks the cluster', async () => {
    const environment = readEnvironment({
      HOME: folder,
      MEMWARDEN_CALLED_AS: 'kubectl',
      KUBECONFIG: join(folder, 'k'),
    });
    expect(await runCommandLine(['local'], environment)).toBe(2);
    expect(await runCommandLine(['findings'], environment)).toBe(1);
    expect(err).toContain('There is no kubeconfig');
  });
});

describe('completion', () => {
  const words = (calledAs: string | undefined, ...typed: string[]): Promise<number> =>
    runCommandLine(
      typed,
      readEnvironment({ HOME: folder, ...(calledAs && { MEMWARDEN_CALLED_AS: calledAs }) }),
    );

  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    expect(await words(undefined, 'completion', shell)).toBe(0);
    expect(out).toContain(`SHELL=${shell} memwarden --get-yargs-completions`);
  });

  it('completes commands, flags and their values, and nothing else', async () => {
    await words(undefined, '--get-yargs-completions', 'memwarden', 'find');
    expect(out).toBe('findings\n');
    out = '';
    await words(undefined, '--get-yargs-completions', 'memwarden', 'findings', '--sta');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(/[:\t]/u)[0]),
    ).toEqual(['--state-dir', '--state']);
    out = '';
    await words(undefined, '--get-yargs-completions', 'memwarden', 'cleanups', 'c');
    expect(out).toMatch(/^create\b.*\ncancel\b.*\n$/u);
  });

  it('answers kubectl as its own plugins do', async () => {
    await words('kubectl_complete', 'findings', '--state', 'cl');
    expect(out).toBe('closed\n:4\n');
    out = '';
    await words('kubectl_complete', 'loc');
    expect(out).toBe(':4\n');
  });
});

describe('stop', () => {
  it('writes the stop file of a state dir that is used, once, and takes it away', async () => {
    await mkdir(join(folder, 'agent'));
    const file = join(folder, 'STOP');
    expect(await run('stop', '--reason', 'smoke')).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/: smoke\n$/u);
    expect(await run('stop')).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/: smoke\n$/u);
    expect(out).toContain('Stopped already');
    expect((await readdir(folder)).sort()).toEqual(['STOP', 'agent']);
    expect(await run('stop', '--remove', '--json')).toBe(0);
    expect(out).toContain(JSON.stringify({ stopFile: file, present: false, changed: true }));
    expect(await readdir(folder)).toEqual(['agent']);
    expect(await run('stop', '--remove')).toBe(0);
  });

  it('writes nothing where no agent would look', async () => {
    expect(await run('stop', '--state-dir', join(folder, 'typo'))).toBe(1);
    expect(err).toContain('would stop nothing');
    expect(await readdir(folder)).toEqual([]);
  });
});
