/*
 * One run of the virtual machine: plain emulation, no KVM, no network, nothing of the host but its four files.
 * It ends by itself, at its deadline, or with this process, whatever ends that.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Disks } from './disks.js';

/** The guest writes 20 to isa-debug-exit, which makes 2 · 20 + 1 of it. */
const GUEST_DONE = 41;
const MEMORY_MIB = 2048;

export interface Boot {
  readonly kernelImage: string;
  readonly initramfs: string;
  readonly disks: Disks;
  /** The kernel's words. */
  readonly consoleLog: string;
  /** The tests' TAP stream. */
  readonly results: string;
  readonly deadlineSeconds: number;
}

export type Ending =
  | { readonly kind: 'Done' }
  | { readonly kind: 'Died'; readonly status: number | null }
  | { readonly kind: 'TimedOut' };

export async function boot(machine: Boot): Promise<Ending> {
  // setpriv: the kernel ends qemu when this process ends, also by SIGKILL.
  const qemu = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArguments(machine)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(qemu, 'exit') as Promise<[number | null]>;
  const log = createWriteStream(machine.consoleLog);
  const written = Promise.all([
    pipeline(qemu.stdout, log, { end: false }),
    pipeline(qemu.stderr, log, { end: false }),
  ]);
  const deadline = AbortSignal.timeout(machine.deadlineSeconds * 1000);
  deadline.addEventListener('abort', () => qemu.kill('SIGKILL'));
  try {
    const [status] = await exited;
    await written;
    if (deadline.aborted) return { kind: 'TimedOut' };
    return status === GUEST_DONE ? { kind: 'Done' } : { kind: 'Died', status };
  } finally {
    log.end();
  }
}

function qemuArguments(machine: Boot): string[] {
  const disk = (id: string, path: string): string[] => [
    ...['-drive', `file=${path},format=raw,if=none,id=${id},cache=unsafe`],
    ...['-device', `virtio-blk-pci,drive=${id}`],
  ];
  return [
    ...['-M', 'pc', '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-monitor', 'none'],
    // qemu 7.2 with two CPUs double-faults when the guest uses cmpxchg16b.
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max,-cx16', '-smp', '2', '-m', String(MEMORY_MIB)],
    ...['-serial', 'stdio', '-serial', `file:${machine.results}`],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=1'],
    ...['-kernel', machine.kernelImage, '-initrd', machine.initramfs],
    // Without panic=-1 a panic would hang until the deadline.
    ...['-append', 'console=ttyS0 panic=-1 quiet'],
    ...disk('data', machine.disks.data),
    ...disk('swap', machine.disks.swap),
  ];
}
