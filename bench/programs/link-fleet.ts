/*
 * Simulated agents: each a real AgentLink with a ledger of its own, reporting every few seconds, spread evenly.
 * Arguments: address, token file, how many, rows of each ledger, seconds between two reports.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { AgentLink } from '#link';
import { seededRandom } from '../harness/statistics.js';
import { SimulatedNode } from '../simulated/node.js';

const CHANGED = 0.05;

const [controller = '', tokenFile = '', count = '', rows = '', seconds = ''] = process.argv.slice(2);
const token = readFileSync(tokenFile, 'utf8').trim();
const periodMs = Number(seconds) * 1000;
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));

async function simulate(index: number): Promise<never> {
  const random = seededRandom(index);
  const name = `simulated-${index}`;
  const node = new SimulatedNode({ name, rows: Number(rows), random });
  const link = new AgentLink({
    controller,
    token,
    node: name,
    bootId: `boot-${name}`,
    agentVersion: '0.1.0',
    history: { list: () => [], read: () => null },
    chance: random,
  });
  await pause(random() * periodMs);
  link.start();
  for (;;) {
    node.change(CHANGED);
    link.offer(node.report(Date.now()));
    await pause(periodMs);
  }
}

for (let index = 0; index < Number(count); index++) void simulate(index);
process.send?.({ event: 'ready' });
