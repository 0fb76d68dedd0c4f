import { describe, expect, it } from '@jest/globals';
import { MemoryValue, SimulatedAgents } from '#testing';
import { Acting, type KeptBreaker } from './acting.js';
import type { Pause } from '#contracts/mode';
import { StoreWatch } from './store-watch.js';

const ok = { component: 'x', state: 'ok' } as const;

describe('what was kept and cannot be read', () => {
  it('holds acts back and says what to do: it may have been an act', () => {
    let kept: { component: string; state: 'ok' | 'degraded'; reason?: string } = ok;
    const orders = new SimulatedAgents(() => 0);
    orders.connect('node-a');
    const acting = new Acting({
      installation: { mode: 'Enforce', reason: 'Test.' },
      pause: new MemoryValue<Pause>(),
      breaker: new MemoryValue<KeptBreaker>(),
      store: new StoreWatch({ probe: () => Promise.resolve(), onChange: () => undefined }),
      queue: { health: () => ok },
      kept: () => kept,
      orders,
      clock: { nowMs: () => 0, monotonicMs: () => 0 },
    });
    expect(acting.heldBack('node-a')).toBeNull();
    kept = { component: 'store/cleanups', state: 'degraded', reason: 'Mend or remove c.json.' };
    expect(acting.heldBack('node-a')).toEqual({
      level: 'store',
      mode: 'Observe',
      reason: 'Mend or remove c.json.',
    });
  });
});
