/*
 * Who would take a connection to 127.0.0.1:port, as the text of /proc/PID/net/tcp and tcp6 (proc_pid_net(5)). Pure.
 * The kernel lists the sockets that listen first; addresses are words in the byte order of the machine.
 */
import { endianness } from 'node:os';

const LISTENS = '0A';
/** Any address, 127.0.0.1, and both as addresses of IPv6. */
const REACHED: ReadonlySet<string> = new Set([
  word('00000000'),
  word('7F000001'),
  '0'.repeat(32),
  `${'0'.repeat(16)}${word('0000FFFF')}${word('00000000')}`,
  `${'0'.repeat(16)}${word('0000FFFF')}${word('7F000001')}`,
]);

export interface Listeners {
  /** Of the sockets. */
  readonly inodes: readonly string[];
  /** Only connections follow. */
  readonly isWhole: boolean;
}

/** `text`: whole lines. A socket of `::` may be of IPv6 alone: it counts, since that cannot be told. */
export function listenersOn(port: number, text: string): Listeners {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes: string[] = [];
  for (const line of text.split('\n')) {
    const [slot = '', local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (!/^\d+:$/.test(slot)) continue; // the head, or what was cut off
    if (state !== LISTENS) return { inodes, isWhole: true };
    const [address = '', at] = local.split(':');
    if (at === wanted && REACHED.has(address)) inodes.push(inode);
  }
  return { inodes, isWhole: false };
}

function word(inNetworkOrder: string): string {
  if (endianness() === 'BE') return inNetworkOrder;
  return Buffer.from(inNetworkOrder, 'hex').reverse().toString('hex').toUpperCase();
}
