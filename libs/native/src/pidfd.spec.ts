import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InvalidValue, NotFound, Unavailable } from '#contracts/errors';
import type { ProcessIdentity } from '#contracts/reading';
import { Pidfd } from './index.js';

let child: ChildProcess;
let identity: ProcessIdentity;

beforeEach(async () => {
  child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  identity = { pid: child.pid!, startTimeTicks: Number(fields[19]) };
});
afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});

describe('Pidfd', () => {
  test('waits without holding the event loop, signals, and sees the end', async () => {
    using process = Pidfd.open(identity);
    expect(process.hasEnded()).toBe(false);
    let turned = false;
    setImmediate(() => (turned = true));
    await expect(process.ended(30)).resolves.toBe(false);
    expect(turned).toBe(true);

    const ended = process.ended(10_000);
    process.signal('SIGTERM');
    await expect(ended).resolves.toBe(true);
    expect(process.hasEnded()).toBe(true);
  });

  test('never opens a process of another start', () => {
    const other = { ...identity, startTimeTicks: identity.startTimeTicks + 1 };

    expect(() => Pidfd.open(other)).toThrow(NotFound);
  });

  test('knows that its process was reaped', async () => {
    using process = Pidfd.open(identity);
    const reaped = once(child, 'exit');
    child.kill('SIGKILL');
    await reaped;

    expect(() => process.signal('SIGTERM')).toThrow(NotFound);
    expect(() => Pidfd.open(identity)).toThrow(NotFound);
  });

  test('is not used after release', () => {
    const process = Pidfd.open(identity);
    process.release();
    process.release();

    expect(() => process.signal('SIGTERM')).toThrow(Unavailable);
    expect(() => process.hasEnded()).toThrow(Unavailable);
  });

  test.each([-1, 0, 1.5, NaN, 2 ** 31, Infinity])('refuses the pid %p', (pid) => {
    expect(() => Pidfd.open({ pid, startTimeTicks: 1 })).toThrow(InvalidValue);
  });

  test.each([-1, 1.5, NaN, 2 ** 53])('refuses the start time %p', (startTimeTicks) => {
    expect(() => Pidfd.open({ pid: 1, startTimeTicks })).toThrow(InvalidValue);
  });

  test.each([-1, 60_001, NaN])('refuses to wait %p ms', async (timeoutMs) => {
    using process = Pidfd.open(identity);
    await expect(process.ended(timeoutMs)).rejects.toThrow(InvalidValue);
  });

  test('releases the memory of killed processes only', () => {
    using process = Pidfd.open(identity);

    expect(() => process.releaseMemory()).toThrow();
  });
});
