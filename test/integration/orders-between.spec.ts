/* eslint-disable jest/no-standalone-expect -- what needs root is in a conditional `it` */
/*
 * What may happen to a process between the last look at it and the signal, made to happen there.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { OrderOutcome } from '#contracts/order';
import {
  CATCHES_USR2,
  deskIn,
  orderOf,
  perl,
  Program,
  scratchFolder,
  targetOf,
} from '../../apps/node-agent/test/orders.js';

// Every commit is a sync of the disk, and a busy disk is slow.
jest.setTimeout(60_000);

const asRoot = process.geteuid?.() === 0 ? it : it.skip;
const OPTED_IN = { MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2' };

async function started(command: [string, ...string[]], env: Record<string, string>): Promise<Program> {
  const program = new Program(command, env);
  expect(await program.says('READY')).toBe(true);
  return program;
}

describe('between the look and the signal', () => {
  /** A desk that says when everything was looked at, and waits there. */
  async function inBetween(program: Program, meanwhile: () => Promise<void> | void): Promise<OrderOutcome> {
    using folder = scratchFolder();
    await using desk = await deskIn(folder.path);
    const commit = desk.journal.commit.bind(desk.journal);
    desk.journal.commit = async (...records) => {
      await commit(...records);
      if (records.some(({ t }) => t === 'started')) await meanwhile();
    };
    desk.desk.receive(orderOf('o1', { target: targetOf(program.pid) }));
    return await desk.answers.of('o1');
  }

  it('a handler that is gone is noticed', async () => {
    const script = `$SIG{USR2}=sub{}; $SIG{HUP}=sub{$SIG{USR2}="DEFAULT"; print "DROPPED\\n"}; print "READY\\n"; sleep 1 while 1;`;
    await using program = await started(perl(script), OPTED_IN);
    const outcome = await inBetween(program, async () => {
      program.kill('SIGHUP');
      await program.says('DROPPED');
    });
    expect(outcome).toMatchObject({ kind: 'Refused', reason: 'NoHandler' });
    expect(program.isOver).toBe(false);
  });

  it('another program in the same process is noticed', async () => {
    const next = `$SIG{USR2}=sub{print "WRONG\\n"}; $|=1; print "SECOND\\n"; sleep 1 while 1;`;
    const script = `$SIG{USR2}=sub{}; $SIG{HUP}=sub{exec {"/usr/bin/perl"} "other", "-e", q($0="other"; ${next})}; print "READY\\n"; sleep 1 while 1;`;
    await using program = await started(perl(script), OPTED_IN);
    const outcome = await inBetween(program, async () => {
      program.kill('SIGHUP');
      await program.says('SECOND');
    });
    expect(outcome).toMatchObject({ kind: 'Refused', reason: 'TargetGone' });
    expect(program.lines).not.toContain('WRONG');
  });

  asRoot('another user of the same process is noticed (needs root: becomes one)', async () => {
    const script = `use POSIX; $SIG{USR2}=sub{print "WRONG\\n"}; $SIG{HUP}=sub{POSIX::setuid(1000); print "OTHER\\n"}; print "READY\\n"; sleep 1 while 1;`;
    await using program = await started(perl(script), OPTED_IN);
    const outcome = await inBetween(program, async () => {
      program.kill('SIGHUP');
      await program.says('OTHER');
    });
    expect(outcome).toMatchObject({ kind: 'Refused', reason: 'TargetGone' });
    expect(program.lines).not.toContain('WRONG');
  });

  it('the end of the process is noticed', async () => {
    await using program = await started(CATCHES_USR2, OPTED_IN);
    const outcome = await inBetween(program, () => program[Symbol.asyncDispose]());
    expect(outcome).toMatchObject({ kind: 'Refused', reason: 'TargetGone' });
  });

  asRoot('a pid that is another process’ is never signalled (needs root: a pid namespace)', () => {
    // Inside: the target ends, its pid is given to another process that dies by USR2, and the held pidfd is used.
    // clone3(2) names the pid: writing ns_last_pid and forking loses against whatever thread starts in between.
    const script = `
      use strict; $|=1;
      my $first=fork; if(!$first){ $SIG{USR2}=sub{}; sleep 60; exit }
      open(my $s, "/proc/$first/stat"); my $line=<$s>; $line =~ s/.*\\) //; my $ticks=(split / /,$line)[19];
      print "$first $ticks\\n"; kill 9,$first; waitpid $first,0;
      select undef,undef,undef,0.02;
      my $set=pack("L",$first); my $args=pack("Q10",0,0,0,0,17,0,0,0,unpack("Q",pack("P",$set)),1);
      my $p=syscall(435,$args,80); if($p==0){ sleep 60; exit } print $p==$first ? "AGAIN\\n" : "clone3: $!\\n";
      sleep 60;`;
    const child = spawnSync(
      'unshare',
      [
        '-pf',
        '--mount-proc',
        '--kill-child',
        process.execPath,
        '--input-type=module',
        '-e',
        `
      import { spawn } from 'node:child_process';
      import { createInterface } from 'node:readline';
      import { readFileSync } from 'node:fs';
      const { Pidfd } = await import(${JSON.stringify(join(import.meta.dirname, '../../dist/libs/native/src/index.js'))});
      const p = spawn('perl', ['-e', ${JSON.stringify(script)}], { stdio: ['ignore', 'pipe', 'inherit'] });
      let who;
      for await (const line of createInterface({ input: p.stdout })) {
        if (who === undefined) { who = line.split(' ').map(Number); continue; }
        let said = 'sent';
        try { using fd = Pidfd.open({ pid: who[0], startTimeTicks: who[1] }); fd.signal('SIGUSR2'); } catch (error) { said = error.code; }
        const state = /^State:\\s+(\\S)/m.exec(readFileSync('/proc/' + who[0] + '/status', 'utf8'))[1];
        console.log(line, said, state);
        process.exit(0);
      }`,
      ],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect([child.stdout.trim(), child.stderr]).toEqual(['AGAIN NotFound S', '']);
  });
});
/* eslint-enable jest/no-standalone-expect -- end of the file */
