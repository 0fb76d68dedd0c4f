/*
 * mw-cache: a cache server in Node. It fills --hold MIB and gives all of it back when it is asked: by SIGUSR2, or by
 * POST to 127.0.0.1:MEMWARDEN_NOTIFY_PORT/memwarden/release.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { asked, sayReady, serveRequests } from './journal.mjs';

// What the kernel shows as the name of the process (comm), and policies match.
process.title = 'mw-cache';

/** Larger than the largest block that malloc keeps for itself (32 MiB): the kernel gets it back when it is freed. */
const ENTRY_BYTES = 40 * 1024 * 1024;
/** @type {Map<number, Buffer>} */
const cache = new Map();

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collectGarbage = runInNewContext('gc');

const { holdBytes, note } = asked();
for (let left = holdBytes; left > 0; left -= ENTRY_BYTES)
  cache.set(cache.size, Buffer.alloc(Math.min(ENTRY_BYTES, left), 'm'));

/** @param {string} how */
function release(how) {
  note(
    how,
    [...cache.values()].reduce((sum, entry) => sum + entry.length, 0),
  );
  cache.clear();
  // Not here: this call's own frame still knows the entries.
  setImmediate(collectGarbage);
}

process.on('SIGUSR2', () => release('SIGUSR2'));
await serveRequests(release);
sayReady('cache', holdBytes);
