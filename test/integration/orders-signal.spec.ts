/* eslint-disable jest/no-standalone-expect -- what needs root or a program is in a conditional `it` */
/*
 * Orders against the running kernel: who is notified by signal, and who is left alone. Each process prints what it
 * gets, so "left alone" is seen, not assumed.
 */
import { spawnSync, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { Act, Order, OrderOutcome } from '#contracts/order';
import {
  BOOT,
  CATCHES_USR2,
  deskIn,
  orderOf,
  perl,
  Program,
  scratchFolder,
  startTicks,
  targetOf,
  type DeskOptions,
} from '../../apps/node-agent/test/orders.js';

// Every commit is a sync of the disk, and a busy disk is slow.
jest.setTimeout(60_000);

const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? it : it.skip;
const hasJava = spawnSync('java', ['-version']).status === 0;
const OPTED_IN = { MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2' };

function signalOf(signal = 'SIGUSR2', processNames: string[] = []): Act {
  return { type: 'Notify', transport: 'Signal', signal, processNames };
}

/** What a fresh desk says to one order. */
async function ask(
  target: Order['target'],
  act = signalOf(),
  options: DeskOptions = {},
): Promise<OrderOutcome> {
  using folder = scratchFolder();
  await using desk = await deskIn(folder.path, options);
  desk.desk.receive(orderOf('o1', { target, act }));
  return await desk.answers.of('o1');
}

async function started(command: [string, ...string[]], env: Record<string, string> = {}, uid?: number) {
  const program = new Program(command, env, uid);
  expect(await program.says('READY')).toBe(true);
  return program;
}

describe('a signal', () => {
  it('reaches a process that opted in and catches it', async () => {
    await using program = await started(CATCHES_USR2, OPTED_IN);
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
    expect(await program.says('GOT')).toBe(true);
  });

  it('reaches a process that the policy names, whatever its name is', async () => {
    const script = `$0=$ENV{NAME}; $SIG{USR2}=sub{print "GOT\\n"}; print "READY\\n"; sleep 1 while 1;`;
    await using program = await started(perl(script), { NAME: '\u001b[2J"x\n) ü' });
    const comm = readFileSync(`/proc/${program.pid}/comm`, 'utf8').slice(0, -1);
    const outcome = await ask(targetOf(program.pid), signalOf('SIGUSR2', [comm]));
    expect(outcome).toMatchObject({ kind: 'Executed' });
    expect(outcome.detail).not.toContain('\u001b');
    expect(await program.says('GOT')).toBe(true);
  });

  it('reaches a handler of a real-time signal', async () => {
    await using program = await started(
      perl(`use POSIX; $SIG{NUM37}=sub{print "GOT\\n"}; print "READY\\n"; sleep 1 while 1;`),
      { MEMWARDEN_NOTIFY_SIGNAL: 'SIGRTMIN+3' },
    );
    expect(await ask(targetOf(program.pid), signalOf('SIGRTMIN+3'))).toMatchObject({ kind: 'Executed' });
    expect(await program.says('GOT')).toBe(true);
  });

  it('is not sent to who did not ask for it', async () => {
    await using program = await started(CATCHES_USR2, { MEMWARDEN_NOTIFY_SIGNAL: 'SIGHUP' });
    expect(await ask(targetOf(program.pid))).toMatchObject({ reason: 'NotOptedIn' });
    expect(await ask(targetOf(program.pid), signalOf('SIGUSR2', ['perl2', 'per']))).toMatchObject({
      reason: 'NotOptedIn',
    });
    program.kill('SIGUSR2');
    await program.says('GOT');
    expect(program.lines.filter((line) => line === 'GOT')).toHaveLength(1);
  });

  it('is not sent to who has no handler, ignores or blocks it', async () => {
    for (const setting of [
      '',
      '$SIG{USR2}="IGNORE";',
      'use POSIX; $SIG{USR2}=sub{}; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR2));',
    ]) {
      await using program = await started(perl(`${setting} print "READY\\n"; sleep 1 while 1;`), OPTED_IN);
      expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Refused', reason: 'NoHandler' });
      expect(program.isOver).toBe(false);
    }
  });

  it('of Node itself is not sent to Node, another one is', async () => {
    const script = `process.on('SIGUSR2', () => console.log('GOT')); console.log('READY'); setInterval(() => {}, 1e6)`;
    await using program = await started([process.execPath, '-e', script], OPTED_IN);
    const comm = readFileSync(`/proc/${program.pid}/comm`, 'utf8').trim();
    expect(await ask(targetOf(program.pid), signalOf('SIGUSR1', [comm]))).toMatchObject({
      reason: 'RuntimeSignal',
    });
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
    expect(await program.says('GOT')).toBe(true);
  });

  it('of Node is not sent to Node under another name either', async () => {
    using folder = scratchFolder();
    const other = join(folder.path, 'cache-server');
    execFileSync('cp', [process.execPath, other]);
    const script = `process.title='cache'; console.log('READY'); setInterval(() => {}, 1e6)`;
    await using program = await started([other, '-e', script]);
    expect(await ask(targetOf(program.pid), signalOf('SIGUSR1', ['cache']))).toMatchObject({
      reason: 'RuntimeSignal',
    });
  });

  (hasJava ? it : it.skip)(
    'of a JVM is not sent to a JVM (needs java)',
    async () => {
      using folder = scratchFolder();
      const source = join(folder.path, 'A.java');
      writeFileSync(
        source,
        'public class A { public static void main(String[] a) throws Exception { System.out.println("READY"); Thread.sleep(600000); } }',
      );
      await using program = await started(['java', source], OPTED_IN);
      expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Refused', reason: 'RuntimeSignal' });
      expect(program.isOver).toBe(false);
    },
    30_000,
  );

  it('is not sent to the dead, nor to whoever has their pid now', async () => {
    await using program = await started(CATCHES_USR2, OPTED_IN);
    const { process: real } = targetOf(program.pid);
    const other = { bootId: BOOT, process: { pid: program.pid, startTimeTicks: real!.startTimeTicks - 1 } };
    expect(await ask(other)).toMatchObject({ reason: 'TargetGone' });
    // A zombie: its parent does not wait for it.
    await using parent = await started(
      perl(`my $p=fork; if(!$p){exit 0} print "$p\\nREADY\\n"; sleep 1 while 1;`),
    );
    const zombie = Number(parent.lines[0]);
    while (!/^State:\tZ/m.test(readFileSync(`/proc/${zombie}/status`, 'utf8')))
      await new Promise(setImmediate);
    expect(await ask(targetOf(zombie))).toMatchObject({ reason: 'TargetGone' });
  });

  it('is not sent to a stopped process', async () => {
    await using program = await started(CATCHES_USR2, OPTED_IN);
    program.kill('SIGSTOP');
    while (!/^State:\tT/m.test(readFileSync(`/proc/${program.pid}/status`, 'utf8')))
      await new Promise(setImmediate);
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Refused', reason: 'Frozen' });
  });

  asRoot('is not sent into a frozen cgroup (needs root and the freezer of cgroup v1 or v2)', async () => {
    const v1 = '/sys/fs/cgroup/freezer';
    const base = spawnSync('test', ['-w', join(v1, 'cgroup.procs')]).status === 0 ? v1 : '/sys/fs/cgroup';
    const [file, freeze, thaw] =
      base === v1 ? ['freezer.state', 'FROZEN', 'THAWED'] : ['cgroup.freeze', '1', '0'];
    const group = mkdtempSync(join(base, 'mw-frozen-'));
    await using program = await started(CATCHES_USR2, OPTED_IN);
    writeFileSync(join(group, 'cgroup.procs'), String(program.pid));
    writeFileSync(join(group, file), freeze);
    try {
      expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Refused', reason: 'Frozen' });
    } finally {
      writeFileSync(join(group, file), thaw);
      writeFileSync(join(base, 'cgroup.procs'), String(program.pid));
      rmdirSync(group);
    }
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
  });

  it('is not sent to the kernel or the first process', async () => {
    const first = { bootId: BOOT, process: { pid: 1, startTimeTicks: startTicks(1) } };
    const kthread = { bootId: BOOT, process: { pid: 2, startTimeTicks: startTicks(2) } };
    expect(await ask(first, signalOf('SIGUSR2', ['systemd', 'init']))).toMatchObject({ kind: 'Refused' });
    expect(await ask(kthread, signalOf('SIGUSR2', ['kthreadd']))).toMatchObject({ kind: 'Refused' });
  });

  asRoot('is not sent to another user who is not allowed (needs root)', async () => {
    const allow = { version: 1, acts: { Notify: [{ uids: [1000], signals: ['SIGUSR2'] }] } };
    await using root = await started(CATCHES_USR2, OPTED_IN);
    await using nobody = await started(CATCHES_USR2, OPTED_IN, 65_534);
    await using user = await started(CATCHES_USR2, OPTED_IN, 1000);
    expect(await ask(targetOf(root.pid), signalOf(), { allow })).toMatchObject({ reason: 'NotAllowedHere' });
    expect(await ask(targetOf(nobody.pid), signalOf(), { allow })).toMatchObject({
      reason: 'NotAllowedHere',
    });
    expect(await ask(targetOf(user.pid), signalOf(), { allow })).toMatchObject({ kind: 'Executed' });
    const everybody = { version: 1, acts: { Notify: [{ signals: ['SIGUSR2'] }] } };
    expect(await ask(targetOf(root.pid), signalOf(), { allow: everybody })).toMatchObject({
      reason: 'ProtectedUser',
    });
    expect([root, nobody].flatMap(({ lines }) => lines)).toEqual(['READY', 'READY']);
  });

  it('is not sent to Memwarden itself', async () => {
    await using program = await started(CATCHES_USR2, OPTED_IN);
    const own = { agent: process.pid, supervisor: null };
    expect(await ask(targetOf(program.pid), signalOf(), { performer: { own } })).toMatchObject({
      reason: 'Infrastructure',
    });
  });

  it('finds the opt-in behind an environment of 100 KB', async () => {
    const filler = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`A${i}`, 'x'.repeat(30_000)]));
    await using program = await started(CATCHES_USR2, { ...filler, ...OPTED_IN, Z: 'z' });
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
  });
});

describe('a cgroup', () => {
  const memory =
    spawnSync('test', ['-w', '/sys/fs/cgroup/memory/cgroup.procs']).status === 0
      ? '/sys/fs/cgroup/memory'
      : '/sys/fs/cgroup';

  asRoot('means the one process in it that opted in (needs root: makes cgroups)', async () => {
    const group = mkdtempSync(join(memory, 'mw-orders-'));
    const inner = join(group, 'inner');
    mkdirSync(inner);
    const put = (program: Program, at: string) =>
      writeFileSync(join(at, 'cgroup.procs'), String(program.pid));
    const path = group.slice(memory.length);
    const target = { bootId: BOOT, cgroup: { path, inode: inodeOf(group) } };
    try {
      await using other = await started(CATCHES_USR2);
      put(other, inner);
      expect(await ask(target)).toMatchObject({ reason: 'NoRecipient' });
      await using shell = await started(perl('print "READY\\n"; sleep 1 while 1;'), OPTED_IN);
      put(shell, inner);
      expect(await ask(target)).toMatchObject({ reason: 'NoHandler' });
      await using server = await started(CATCHES_USR2, OPTED_IN);
      put(server, inner);
      expect(await ask(target)).toMatchObject({ kind: 'Executed' });
      expect(await server.says('GOT')).toBe(true);
      await using second = await started(CATCHES_USR2, OPTED_IN);
      put(second, inner);
      expect(await ask(target)).toMatchObject({ reason: 'AmbiguousRecipient' });
      expect(await ask({ bootId: BOOT, cgroup: { path, inode: 1 } })).toMatchObject({ reason: 'TargetGone' });
      expect([other, shell, second].flatMap(({ lines }) => lines)).toEqual(['READY', 'READY', 'READY']);
    } finally {
      execFileSync('sh', [
        '-c',
        `for i in 1 2 3 4 5 6 7 8 9; do rmdir ${inner} ${group} 2>/dev/null && break; sleep 0.1; done; true`,
      ]);
    }
  });
});

function inodeOf(path: string): number {
  return Number(execFileSync('stat', ['-c', '%i', path], { encoding: 'utf8' }));
}
/* eslint-enable jest/no-standalone-expect -- end of the file */
