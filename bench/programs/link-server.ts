/*
 * The server side of link.throughput in a process of its own: a real LinkServer whose listener only counts.
 * Says `ready` with its address; asked for `count`, says how many reports came and what they cost.
 */
import { readFileSync } from 'node:fs';
import { LinkServer, SharedToken } from '#link';

const [listen = '', token = ''] = process.argv.slice(2);
let reports = 0;
const server = new LinkServer({
  listen,
  authenticate: new SharedToken(token),
  listener: {
    connected: () => undefined,
    reported: () => void (reports += 1),
    disconnected: () => undefined,
  },
});
const { address } = await server.start();

function count(): void {
  const { user, system } = process.cpuUsage();
  // rchar: every byte that read() handed out, here those of the socket.
  const received = Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  process.send?.({
    event: 'count',
    reports,
    cpuMs: (user + system) / 1000,
    received,
    atMs: performance.now(),
  });
}

process.on('message', count);
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
process.send?.({ event: 'ready', address });
