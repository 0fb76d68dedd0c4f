/*
 * The least that an act is: five objects committed (written beside, synced, renamed, their folder synced), one job of the
 * queue, and on the agent's side two synced appends to a journal; order, answer and acknowledgement pass on a bare socket.
 * Nothing is decided, validated, encoded, looked up or told to anybody. Arguments: role, folder, Redis URL.
 */
import { closeSync, constants, fdatasync, fsync, open, openSync, rename, write } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BullCleanupQueue } from '#queue';

const [role = '', folder = '', url = ''] = process.argv.slice(2);
const socketPath = join(folder, 'link.sock');
const disk = {
  open: promisify(open),
  write: promisify(write),
  fsync: promisify(fsync),
  fdatasync: promisify(fdatasync),
  rename: promisify(rename),
};
/** As long as a cleanup with one step, an order's two records, an order on the wire. */
const OBJECT = Buffer.alloc(2500, 'x');
const RECORDS = Buffer.alloc(500, 'x');
const ORDER = Buffer.alloc(500, 'x');
const VERIFY_AFTER_MS = 1000;

let commits = 0;

async function commit(): Promise<void> {
  commits += 1;
  const beside = join(folder, `.tmp-${commits}`);
  const file = await disk.open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  await disk.write(file, OBJECT, 0, OBJECT.length, 0);
  await disk.fsync(file);
  closeSync(file);
  await disk.rename(beside, join(folder, `object-${commits % 64}`));
  const itself = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  await disk.fsync(itself);
  closeSync(itself);
}

async function agent(): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
  const journal = openSync(join(folder, 'journal'), flags, 0o600);
  const append = async (): Promise<void> => {
    await disk.write(journal, RECORDS, 0, RECORDS.length, null);
    await disk.fdatasync(journal);
  };
  const server = createServer((socket) => {
    const take = async (): Promise<void> => {
      await append(); // order and started
      await append(); // outcome
      socket.write(ORDER.subarray(0, 100));
    };
    socket.on('data', (data) => {
      if (data.length >= ORDER.length) void take(); // anything shorter is an acknowledgement
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  process.send?.({ event: 'ready' });
}

async function controller(): Promise<void> {
  const queue = new BullCleanupQueue({ url, chance: () => 0 });
  queue.onEmptied(() => void queue.rebuilt());
  const looks = new Map<string, () => void>();
  queue.start((name) => {
    looks.get(name)?.();
    looks.delete(name);
    return Promise.resolve({ kind: 'Done' });
  });
  while (queue.health().state !== 'ok') await pause(5);
  const link = connect(socketPath);
  await once(link, 'connect');
  process.on('message', (message) => {
    const { acts, everyMs } = message as { readonly acts: number; readonly everyMs: number };
    const turn = async (name: string): Promise<void> => {
      const looked = new Promise<void>((resolve) => looks.set(name, resolve));
      await queue.enqueue({ name, targetKey: name, priority: 'Normal', notBeforeMs: 0 });
      await looked;
    };
    void run(acts, everyMs, (name) => act(link, () => turn(name))).then(() =>
      process.send?.({ event: 'done' }),
    );
  });
  process.send?.({ event: 'ready' });
}

async function run(acts: number, everyMs: number, one: (name: string) => Promise<void>): Promise<void> {
  const began: Promise<void>[] = [];
  for (let i = 0; i < acts; i += 1) {
    began.push(one(`act-${commits}-${i}`));
    await pause(everyMs);
  }
  await Promise.all(began);
}

/** The commit points of a cleanup that frees with its first step. */
async function act(link: Socket, turn: () => Promise<void>): Promise<void> {
  await commit(); // created
  await commit(); // its finding refers to it
  await turn();
  await commit(); // Issued
  link.write(ORDER);
  await once(link, 'data');
  await commit(); // Executed
  link.write(ORDER.subarray(0, 50));
  await pause(VERIFY_AFTER_MS);
  await commit(); // Verified, and closed
}

process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
await (role === 'agent' ? agent() : controller());
