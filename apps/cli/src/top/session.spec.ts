import { describe, expect, it } from '@jest/globals';
import { ApiClient, WrongToken } from '../client/api.js';
import { chooseNode } from '../client/choose-node.js';
import { follow } from './session.js';

class Refusing extends ApiClient {
  override nodes(): never {
    throw new WrongToken('another token');
  }
}

class Knowing extends ApiClient {
  override nodes(): ReturnType<ApiClient['nodes']> {
    const agent = { version: '0.1.0', rssBytes: 1, cpuPercent: 1, sampleMs: 1 };
    return Promise.resolve(['b', 'a\x1b[31m'].map((node) => ({ node, lastSeen: '', agent })));
  }
}

const TARGET = { api: 'http://127.0.0.1:8460/api/v1', token: 'x' };
const SILENT = { received: () => undefined, troubled: () => undefined };

describe('what time does not heal', () => {
  it('ends top: a wrong token', async () => {
    const ending = follow(new Refusing(TARGET), undefined, SILENT, AbortSignal.timeout(10_000));
    await expect(ending).rejects.toThrow(WrongToken);
  });

  it('names the nodes there are, escaped, for one that is not there', async () => {
    const chosen = chooseNode(new Knowing(TARGET), 'gone\n');
    await expect(chosen).rejects.toThrow(String.raw`There is no node gone\n; there is a\x1b[31m, b.`);
    await expect(chooseNode(new Knowing(TARGET), 'b')).resolves.toBe('b');
  });
});
