import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable, TooManyObjects } from '#contracts/store';
import { auditTrailSuite } from './audit-trail-suite.js';
import { MemoryAuditTrail, MemoryObjectStore, MemoryPolicySource, MemoryValue } from './memory-stores.js';
import { objectStoreSuite } from './object-store-suite.js';
import { policySourceSuite } from './policy-source-suite.js';
import { sample, sampleCodec, type Sample } from './sample.js';
import { storedValueSuite, type Note } from './stored-value-suite.js';

objectStoreSuite('MemoryObjectStore', async () => ({
  store: new MemoryObjectStore<Sample>({ codec: sampleCodec }),
}));
objectStoreSuite('MemoryObjectStore with namespaces', async () => ({
  store: new MemoryObjectStore<Sample>({ codec: sampleCodec, namespaced: true }),
  namespace: 'team',
}));
storedValueSuite('MemoryValue', async () => ({ value: new MemoryValue<Note>() }));
policySourceSuite('MemoryPolicySource', async () => {
  const source = new MemoryPolicySource<Sample>();
  const problems = [{ path: 'spec.size', message: 'must be at least 0' }];
  return {
    source,
    write: async (policy) => {
      if (policy.spec.size < 0) source.reject(policy.metadata.name, { reason: 'Invalid', problems });
      else source.accept(policy);
    },
    remove: async (name) => source.remove(name),
    end: async () => undefined,
  };
});
auditTrailSuite('MemoryAuditTrail', async () => ({ trail: new MemoryAuditTrail() }));

describe('MemoryObjectStore', () => {
  it('takes no write in an outage, and has what it had', async () => {
    const store = new MemoryObjectStore<Sample>();
    const { object } = await store.create(sample('a'));
    store.outage = 'The disk is full.';
    await expect(store.create(sample('b'))).rejects.toThrow(StoreUnavailable);
    await expect(store.update({ ...object, spec: { size: 2 } })).rejects.toThrow(StoreUnavailable);
    await expect(store.delete('a')).rejects.toThrow(StoreUnavailable);
    expect(store.list()).toEqual([object]);
    store.outage = null;
    await store.delete('a');
    expect(store.list()).toEqual([]);
  });

  it('is bounded', async () => {
    const store = new MemoryObjectStore<Sample>({ maxObjects: 1 });
    await store.create(sample('a'));
    await expect(store.create(sample('b'))).rejects.toThrow(TooManyObjects);
    expect((await store.create(sample('a'))).kind).toBe('AlreadyExists');
  });
});
