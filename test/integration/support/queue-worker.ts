/*
 * A controller's worker, to be killed: looks at cleanups, and says so in a journal. Arguments: Redis URL, journal.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { BullCleanupQueue } from '#queue';

const [url = '', journal = ''] = process.argv.slice(2);
const queue = new BullCleanupQueue({ url, chance: () => 0 });
queue.start(async (name) => {
  appendFileSync(journal, `begin ${name}\n`);
  await pause(5);
  appendFileSync(journal, `end ${name}\n`);
  return { kind: 'Done' };
});
