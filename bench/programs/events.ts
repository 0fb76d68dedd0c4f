/*
 * events.throughput in a process of its own: notices published and heard by one subscriber, a second.
 * Argument: how many runs. Published in bursts that fit a subscriber's queue, so that none is dropped: counted is what
 * was heard.
 */
import type { Notice } from '#contracts/notice';
import { NoticeBus } from '#events';

const BURST = 200;
const RUN_MS = 250;
const runs = Number(process.argv[2]);

const bus = new NoticeBus();
let heard = 0;
using _listener = bus.listen(() => void (heard += 1));

function burst(takenAtMs: number): void {
  for (let index = 0; index < BURST; index++) {
    const notice: Notice = { kind: 'ledger', node: 'bench', takenAtMs };
    bus.publish(notice);
  }
}

async function runOnce(): Promise<number> {
  const before = heard;
  const began = performance.now();
  while (performance.now() - began < RUN_MS) {
    const wanted = heard + BURST;
    burst(began);
    while (heard < wanted) await Promise.resolve();
  }
  return ((heard - before) * 1000) / (performance.now() - began);
}

await runOnce();
const perSecond: number[] = [];
for (let run = 0; run < runs; run++) perSecond.push(await runOnce());
const { published, dropped, coalesced } = bus.counters;
process.send?.({ event: 'done', perSecond, lost: published - heard, dropped, coalesced }, () =>
  process.disconnect(),
);
