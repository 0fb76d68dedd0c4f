import { policySourceSuite } from '#testing';
import { PolicyDesk } from '../test/sample-policies.js';

policySourceSuite('FolderPolicySource', async () => {
  const desk = await PolicyDesk.open();
  return {
    source: desk.source,
    write: async (policy) => desk.write(`${policy.metadata.name}.json`, policy),
    remove: async (name) => desk.remove(`${name}.json`),
    reopen: async () => desk.restart(),
    end: async () => desk[Symbol.asyncDispose](),
  };
});
