/*
 * The agent's side of memwarden-helper, with the real program: what it says of real processes, and what is known when it
 * does not answer.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotFound, Stalled, Unavailable } from '#contracts/errors';
import type { ProcessTarget } from '#contracts/order';
import { Vetoed } from '../../apps/node-agent/src/orders/process-handle.js';
import { deskIn, orderOf, scratchFolder, targetOf } from '../../apps/node-agent/test/orders.js';
import { NativeHandles } from '../../apps/node-agent/src/wiring/native-handles.js';
import { ProcessFiles } from '../../apps/node-agent/src/orders/process-files.js';
import { HelperHandles } from '../../apps/node-agent/src/helper/helper-handles.js';
import { HelperClient } from '../../apps/node-agent/src/helper/helper-client.js';

const HELPER = join(import.meta.dirname, '../../build/native/memwarden-helper');
const SIGUSR2 = { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: [] } as const;
const MANY_MS = 10_000;

let folder: string;
let helper: ChildProcess;
let client: HelperClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mw-helper-'));
  writeFileSync(join(folder, 'allow'), `rate 600\nallow signals=SIGUSR2 uids=${process.geteuid?.() ?? 0}\n`);
  const at = (name: string): string => join(folder, name);
  helper = spawn(HELPER, ['--socket', at('socket'), '--allow-list', at('allow'), '--stop-file', at('STOP')]);
  await once(helper.stderr ?? helper, 'data');
  client = new HelperClient(at('socket'), MANY_MS);
});

afterEach(async () => {
  await ended(helper);
  await rm(folder, { recursive: true, force: true });
});

describe('the helper', () => {
  it('says who a process is, what it opted in with, and nothing else of its environment', async () => {
    await using target = await Target.start({ MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2', SECRET: 's3cret' });
    const { program, environ, libraries, hasGoNote } = await client.inspect(target.process);
    expect(program).toMatch(/^node/);
    expect([...(environ ?? [])]).toEqual([['MEMWARDEN_NOTIFY_SIGNAL', 'SIGUSR2']]);
    expect(libraries).toEqual([]);
    expect(hasGoNote).toBe(false);
    expect(await client.rollup(target.process)).toContain('Pss_Anon:');
  });

  it('signals who catches it, and says why it does not', async () => {
    await using target = await Target.start({});
    if (/\/system\.slice\//.test(readFileSync(`/proc/${target.process.pid}/cgroup`, 'utf8'))) return;
    const heard = target.says('heard');
    await client.signal(target.process, constants.signals.SIGUSR2);
    await heard;
    await expect(client.signal(target.process, constants.signals.SIGHUP)).rejects.toMatchObject({
      reason: 'NoHandler',
    });
    writeFileSync(join(folder, 'STOP'), '');
    const stopped = client.signal(target.process, constants.signals.SIGUSR2);
    await expect(stopped).rejects.toThrow(Vetoed);
    await expect(stopped).rejects.toMatchObject({ reason: 'StopFile' });
  });

  it('does an order where the agent may not: every check of the agent first, then its own', async () => {
    await using target = await Target.start({ MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2' });
    if (/\/system\.slice\//.test(readFileSync(`/proc/${target.process.pid}/cgroup`, 'utf8'))) return;
    using scratch = scratchFolder();
    const handles = new HelperHandles(new NativeHandles(), client);
    const files = new ProcessFiles('/proc', { inspector: client });
    await using desk = await deskIn(scratch.path, { performer: { handles, files } });
    const heard = target.says('heard');
    desk.desk.receive(orderOf('o1', { target: targetOf(target.process.pid), act: SIGUSR2 }));
    expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Executed' });
    await heard;
    writeFileSync(join(folder, 'allow'), 'rate 600\n');
    desk.desk.receive(orderOf('o2', { target: targetOf(target.process.pid), act: SIGUSR2 }));
    expect(await desk.answers.of('o2')).toMatchObject({ kind: 'Refused', reason: 'NotAllowedHere' });
    helper.kill('SIGKILL');
    await once(helper, 'exit');
    desk.desk.receive(orderOf('o3', { target: targetOf(target.process.pid), act: SIGUSR2 }));
    expect(await desk.answers.of('o3')).toMatchObject({ kind: 'Refused', reason: 'NotPermitted' });
  });

  it('knows one process from the next one of its pid', async () => {
    await using target = await Target.start({});
    const { pid, startTimeTicks } = target.process;
    const another = { pid, startTimeTicks: startTimeTicks + 1 };
    await expect(client.inspect(another)).rejects.toThrow(NotFound);
    await expect(client.signal(another, constants.signals.SIGUSR2)).rejects.toThrow(NotFound);
  });

  it('that is not there did nothing; one that does not answer may have', async () => {
    await using target = await Target.start({});
    const nobody = new HelperClient(join(folder, 'nobody'));
    await expect(nobody.signal(target.process, constants.signals.SIGUSR2)).rejects.toThrow(Unavailable);
    helper.kill('SIGSTOP');
    const impatient = new HelperClient(join(folder, 'socket'), 200);
    await expect(impatient.signal(target.process, constants.signals.SIGUSR2)).rejects.toThrow(Stalled);
    helper.kill('SIGCONT');
  });
});

/** A program that says when it hears SIGUSR2. */
class Target implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    readonly process: ProcessTarget,
  ) {}

  static async start(env: Record<string, string>): Promise<Target> {
    const program = `process.on('SIGUSR2', () => console.log('heard')); console.log('ready'); setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ['-e', program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTimeTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return new Target(child, { pid, startTimeTicks });
  }

  async says(text: string): Promise<void> {
    const [data] = (await once(this.child.stdout ?? this.child, 'data')) as [Buffer];
    if (!data.toString().includes(text)) throw new Error(`It said ${data.toString()} instead of ${text}.`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return ended(this.child);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
