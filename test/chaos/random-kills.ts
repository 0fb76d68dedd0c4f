/*
 * Kills at random moments of random parts, one at a time or all at once, while acts go on. For the test (some) and the
 * benchmark (a thousand and more).
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Role } from './faults.js';
import type { Scenario } from './scenario.js';

const CHOICES: readonly (readonly Role[])[] = [
  ['controller'],
  ['agent'],
  ['redis'],
  ['controller', 'agent', 'redis'],
];

export interface KillReport {
  readonly kills: number;
  readonly acts: number;
  /** Targets whose outcome nobody could know, and that were replaced. */
  readonly unknown: number;
  /** Empty: nothing lost, nothing repeated, every outcome true. */
  readonly wrong: readonly string[];
}

export interface KillOptions {
  readonly kills: number;
  /** From 0 inclusive to 1 exclusive. */
  readonly chance: () => number;
  readonly say?: (line: string) => void;
}

/** Longest moment between two kills; the shortest is none. */
const GAP_MS = 800;
const CHECK_EVERY = 50;

export async function killAtRandom(scenario: Scenario, options: KillOptions): Promise<KillReport> {
  const { kills, chance, say = () => undefined } = options;
  const before = await scenario.retry(() => scenario.executed());
  let unknown = 0;
  const wrong: string[] = [];
  for (let done = 0; done < kills;) {
    const roles = CHOICES[Math.floor(chance() * CHOICES.length)] ?? [];
    await Promise.all(roles.map((role) => scenario.parts.kill(role)));
    done += roles.length;
    await pause(chance() * GAP_MS);
    for (const role of roles) await scenario.retry(() => scenario.parts.ready(role));
    if (Math.floor(done / CHECK_EVERY) === Math.floor((done - roles.length) / CHECK_EVERY)) continue;
    wrong.push(...(await scenario.wrong()));
    unknown += await scenario.replaceBlocked();
    say(`${done} kills, ${unknown} unknown, ${wrong.length} wrong`);
  }
  wrong.push(...(await scenario.wrong()));
  unknown += await scenario.replaceBlocked();
  const acts = (await scenario.retry(() => scenario.executed())) - before;
  return { kills, acts, unknown, wrong };
}
