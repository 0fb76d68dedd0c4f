/*
 * What the workloads in Node share: options, a journal that is on the disk before anything is done about a request,
 * the server on MEMWARDEN_NOTIFY_PORT, and an end with the parent.
 */
import { fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const PARENT_CHECK_MS = 200;
const DEFAULT_PATH = '/memwarden/release';

/** @returns {{ holdBytes: number, note: (how: string, heldBytes: number) => void }} */
export function asked() {
  const { values } = parseArgs({
    options: { hold: { type: 'string', default: '64' }, journal: { type: 'string' } },
  });
  const mib = Number(values.hold);
  if (!Number.isInteger(mib) || mib < 0) {
    process.stderr.write('--hold: write a number of MiB.\n');
    process.exit(64);
  }
  endWithParent();
  return { holdBytes: mib * 1024 * 1024, note: journal(values.journal) };
}

/** @param {string | undefined} file */
function journal(file) {
  if (file === undefined) return () => undefined;
  const descriptor = openSync(file, 'a', 0o644);
  return (/** @type {string} */ how, /** @type {number} */ heldBytes) => {
    writeSync(descriptor, `${JSON.stringify({ atMs: Date.now(), pid: process.pid, how, heldBytes })}\n`);
    fsyncSync(descriptor);
  };
}

function endWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_MS);
  process.on('SIGTERM', () => process.exit(0));
}

/**
 * Answers POSTs to the path that the environment names, and nothing else. Done when it listens; without a port at once.
 * @param {(how: string) => void} onRequest
 * @returns {Promise<void>}
 */
export async function serveRequests(onRequest) {
  const port = process.env['MEMWARDEN_NOTIFY_PORT'];
  if (port === undefined) return;
  const path = process.env['MEMWARDEN_NOTIFY_PATH'] ?? DEFAULT_PATH;
  const server = createServer((request, response) => {
    const isAsked = request.method === 'POST' && request.url === path;
    if (isAsked) onRequest(`POST ${path}`);
    response.writeHead(isAsked ? 200 : 404).end();
  });
  await new Promise((resolve) => {
    server.listen(Number(port), '127.0.0.1', () => resolve(undefined));
  });
}

/**
 * @param {string} workload
 * @param {number} bytes
 */
export function sayReady(workload, bytes) {
  const ready = { event: 'ready', workload, pid: process.pid, bytes, children: 0 };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}
