/*
 * The agents' side of link.throughput: real AgentLinks that always have reports under way, each made beforehand so that
 * this process is not the slower of the two. Arguments: address, token, rows of a ledger, share of rows that change.
 */
import { AgentLink } from '#link';
import type { NodeReport } from '#contracts/report';
import { seededRandom } from '../harness/statistics.js';
import { SimulatedNode } from '../simulated/node.js';

/** Reports that are offered in turn. */
const PREPARED = 64;
/** Enough to keep the window full, few enough to leave the spool alone. */
const OUTSTANDING = 48;

const [controller = '', token = '', rows = '', share = ''] = process.argv.slice(2);
const random = seededRandom(5);

/**
 * A delta is made against a state that was acknowledged some reports ago. Each report differs from one origin by half
 * of the share, and so from any other by the share, whichever is the base.
 */
function prepare(_: unknown, index: number): NodeReport {
  const node = new SimulatedNode({ name: 'bench', rows: Number(rows), random: seededRandom(7) });
  node.change(Number(share) / 2, random);
  return node.report(index);
}

const prepared = Array.from({ length: PREPARED }, prepare);

const link = new AgentLink({
  controller,
  token,
  node: 'bench',
  bootId: 'boot-bench',
  agentVersion: '0.1.0',
  history: { list: () => [], read: () => null },
  chance: random,
  spoolBytes: 64 * 1024 * 1024,
});
link.start();

let offered = 0;

function refill(): void {
  while (link.counters.spooled < OUTSTANDING) {
    const report = prepared[offered % PREPARED] as NodeReport;
    link.offer(report);
    offered += 1;
  }
  setImmediate(refill);
}

refill();
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
