import { describe, expect, it } from '@jest/globals';
import type { QueuePriority } from '#contracts/cleanup';
import { Busy, Denied, Gone, Registry } from './index.js';

function rig() {
  const released: string[] = [];
  const failures: string[] = [];
  const leaks: string[] = [];
  const registry = new Registry({
    onFailure: (_error, name) => failures.push(name),
    onLeak: (name) => leaks.push(name),
  });
  const add = (name: string, priority: QueuePriority = 'Normal', parent?: string) =>
    registry.register({
      name,
      value: name,
      priority,
      release: () => void released.push(name),
      ...(parent !== undefined && { parent }),
    });
  return { registry, released, failures, leaks, add };
}

describe('a registry', () => {
  it('finds what is registered, with its relations, and forgets what was released', async () => {
    const { registry, add } = rig();
    add('stream');
    const child = add('reader', 'High', 'stream');
    expect(registry.get('stream')).toMatchObject({ state: 'Active', children: ['reader'], references: 0 });
    expect(registry.get('reader')).toMatchObject({ parent: 'stream', priority: 'High' });
    await child[Symbol.asyncDispose]();
    expect(registry.get('reader')).toBeNull();
    expect(registry.get('stream')?.children).toEqual([]);
    expect(registry.size).toBe(1);
  });

  it('refuses a name that is taken, a parent that is not here, and anything after the shutdown', async () => {
    const { registry, add } = rig();
    add('a');
    expect(() => add('a')).toThrow(Denied);
    expect(() => add('b', 'Low', 'nobody')).toThrow(Gone);
    await registry.shutdown();
    expect(() => add('c')).toThrow(Denied);
  });

  it('releases children before their parent', async () => {
    const { registry, released, add } = rig();
    add('a');
    add('b', 'Low', 'a');
    add('c', 'Critical', 'b');
    await registry.release('a');
    expect(released).toEqual(['c', 'b', 'a']);
  });

  it('shuts down by priority; what a more urgent parent waits for goes with it', async () => {
    const { registry, released, add } = rig();
    add('low', 'Low');
    add('critical', 'Critical');
    add('child of critical', 'Low', 'critical');
    add('high', 'High');
    add('normal');
    await Promise.all([registry.shutdown(), registry.shutdown(), registry[Symbol.asyncDispose]()]);
    expect(released).toEqual(['child of critical', 'critical', 'high', 'normal', 'low']);
    expect(registry.size).toBe(0);
  });

  it('waits for those who use a resource, and no longer than the shutdown may take', async () => {
    const { registry, released, failures, add } = rig();
    add('a');
    add('b');
    const used = registry.reference('a');
    const alsoUsed = registry.reference('a');
    alsoUsed[Symbol.dispose]();
    alsoUsed[Symbol.dispose]();
    const releasing = registry.release('a');
    await Promise.resolve();
    expect(registry.get('a')?.state).toBe('Draining');
    expect(() => registry.reference('a')).toThrow(Busy);
    expect(released).toEqual([]);
    used[Symbol.dispose]();
    used[Symbol.dispose]();
    await releasing;
    expect(released).toEqual(['a']);
    using _kept = registry.reference('b');
    await registry.shutdown(5);
    expect(released).toEqual(['a', 'b']);
    expect(failures).toEqual(['b']);
  });

  it('goes on when one release fails, and says which', async () => {
    const { registry, released, failures, add } = rig();
    registry.register({ name: 'bad', value: 0, release: () => Promise.reject(new RangeError('no')) });
    add('good');
    await registry.shutdown();
    expect(released).toEqual(['good']);
    expect(failures).toEqual(['bad']);
    expect(registry.size).toBe(0);
  });

  it('tells when a handle was thrown away without a release', async () => {
    const { registry, leaks, add } = rig();
    const kept = add('kept');
    (() => void add('leaked'))();
    const collect = await collector();
    for (let i = 0; i < 200 && leaks.length === 0; i += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(leaks).toEqual(['leaked']);
    expect(registry.get('leaked')).not.toBeNull();
    await kept[Symbol.asyncDispose]();
  });
});

/** The garbage collector, which has no name without a flag. */
async function collector(): Promise<() => void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
