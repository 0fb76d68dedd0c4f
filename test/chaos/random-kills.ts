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

/** Most file events after which a part dies, where it is to die at one. */
const MOST_EVENTS = 24;
/** No event for so long: it dies anyway. */
const PATIENCE_MS = 3000;
/** Often at once, else long enough for an act to get somewhere. */
const SHORT_MS = 300;
const LONG_MS = 5000;
const CHECK_EVERY = 50;

export async function killAtRandom(scenario: Scenario, options: KillOptions): Promise<KillReport> {
  const { kills, chance, say = () => undefined } = options;
  const before = await scenario.retry(() => scenario.executed());
  let unknown = 0;
  const wrong: string[] = [];
  for (let done = 0, checked = 0; done < kills;) {
    const roles = CHOICES[Math.floor(chance() * CHOICES.length)] ?? [];
    await kill(scenario, roles, chance);
    done += roles.length;
    for (const role of roles) await scenario.retry(() => scenario.parts.ready(role));
    await pause(chance() < 0.5 ? chance() * SHORT_MS : chance() * LONG_MS);
    if (done < checked + CHECK_EVERY) continue;
    checked = done;
    wrong.push(...(await scenario.wrong()));
    unknown += await scenario.replaceBlocked();
    say(`${done} kills, ${await scenario.executed()} acts, ${unknown} unknown, ${wrong.length} wrong`);
  }
  wrong.push(...(await scenario.wrong()));
  unknown += await scenario.replaceBlocked();
  const acts = (await scenario.retry(() => scenario.executed())) - before;
  return { kills, acts, unknown, wrong };
}

/** At any moment; or, for one that writes, in the middle of what it writes. */
async function kill(scenario: Scenario, roles: readonly Role[], chance: () => number): Promise<void> {
  const [role] = roles;
  if (roles.length === 1 && role !== undefined && role !== 'redis' && chance() < 0.6) {
    const starts = scenario.parts.starts(role);
    scenario.faults[role].arm(
      chance() < 0.5 ? 'KillBefore' : 'KillAfter',
      1 + Math.floor(chance() * MOST_EVENTS),
    );
    const end = performance.now() + PATIENCE_MS;
    while (scenario.parts.starts(role) === starts && performance.now() < end) await pause(10);
    scenario.faults[role].disarm();
    if (scenario.parts.starts(role) !== starts) return;
  }
  await Promise.all(roles.map((one) => scenario.parts.kill(one)));
}
