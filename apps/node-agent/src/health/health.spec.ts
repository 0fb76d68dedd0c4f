import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { bytes } from '#contracts/units';
import { FakeClock, ledgerOf, rowOf } from '../../test/fakes.js';
import { HealthLog } from './health-log.js';
import { HttpEndpoint } from './http-endpoint.js';
import { metricsText } from './metrics.js';
import { OwnCost } from './own-cost.js';

describe('OwnCost', () => {
  it('gives CPU since the last measurement in percent of a core', () => {
    const clock = new FakeClock();
    const use = { rss: 100, cpu: 0, rssBytes: () => use.rss, cpuMicroseconds: () => use.cpu };
    const cost = new OwnCost(clock, use);
    clock.advance(5000);
    use.cpu = 50_000;
    use.rss = 200;
    cost.measure();
    expect(cost.last).toEqual({ rssBytes: 200, cpuPercent: 1 });
    cost.measure(); // no time has passed: nothing new to say
    expect(cost.last.cpuPercent).toBe(1);
    clock.advance(5000);
    cost.measure(); // nothing was used since
    expect(cost.last.cpuPercent).toBe(0);
  });

  it('measures this process', () => {
    const cost = new OwnCost(new FakeClock());
    expect(cost.last.rssBytes).toBeGreaterThan(1024 * 1024);
  });
});

describe('HealthLog', () => {
  it('says a change once', () => {
    const said: string[] = [];
    const log = new HealthLog({ log: (text) => said.push(text), warn: (text) => said.push(text) });
    const bad = { component: 'link', state: 'degraded', reason: 'No controller.' } as const;
    for (const health of [{ component: 'link', state: 'ok' } as const, bad, bad]) log.note([health]);
    log.note([{ component: 'link', state: 'ok' }]);
    expect(said).toEqual(['link is degraded: No controller.', 'link is well again.']);
  });
});

describe('metricsText', () => {
  const source = {
    agent: { version: '1', rssBytes: bytes(5), cpuPercent: 0.5, sampleMs: 3 },
    health: [{ component: 'link', state: 'degraded', reason: 'x' } as const],
    ledger: null,
    counts: { taken: 7, dropped: 1 },
    orders: { executed: 3, refused: 2, unknown: 1 },
    seriesCount: 9,
  };

  it('is Prometheus text, without a ledger too', () => {
    const lines = metricsText(source).trimEnd().split('\n');
    expect(lines.every((line) => /^# (HELP|TYPE) \w+ .+$|^\w+(\{\w+="\w+"\})? -?[\d.]+$/.test(line))).toBe(
      true,
    );
    expect(lines).toContain('memwarden_agent_samples_total{outcome="dropped"} 1');
    expect(lines).toContain('memwarden_agent_orders_total{outcome="refused"} 2');
    expect(lines).toContain('memwarden_agent_component_ok{component="link"} 0');
  });

  it('has the totals of the host', () => {
    expect(metricsText({ ...source, ledger: ledgerOf(0, [rowOf('a', 12)]) })).toContain(
      '\nmemwarden_host_memory_used_bytes 12\n',
    );
  });
});

describe('HttpEndpoint', () => {
  it('answers the probes and nothing else', async () => {
    let isReady = false;
    const endpoint = new HttpEndpoint(
      { host: '127.0.0.1', port: 0 },
      { isReady: () => isReady, metrics: () => 'm 1\n' },
    );
    const port = await endpoint.start();
    const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      return [answer.status, await answer.text()];
    };
    expect(await get('/livez')).toEqual([200, 'ok\n']);
    expect(await get('/readyz')).toEqual([503, 'no ledger yet\n']);
    isReady = true;
    expect(await get('/readyz')).toEqual([200, 'ok\n']);
    expect(await get('/metrics')).toEqual([200, 'm 1\n']);
    expect((await get('/other'))[0]).toBe(404);
    expect((await get('/livez', 'POST'))[0]).toBe(405);
    endpoint.close();
  });

  it('holds few connections of one address, so that others are answered', async () => {
    const endpoint = new HttpEndpoint(
      { host: '0.0.0.0', port: 0 },
      { isReady: () => true, metrics: () => '' },
    );
    const port = await endpoint.start();
    const from = (localAddress: string): Socket =>
      connect({ port, host: '127.0.0.1', localAddress }).resume();
    const idle = Array.from({ length: 12 }, () => from('127.0.0.1'));
    const cut = idle.map((socket) => once(socket, 'close'));
    await Promise.all(cut.slice(8));
    const kubelet = from('127.0.0.2');
    kubelet.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(kubelet, 'data'))[0])).toContain('200 OK');
    for (const socket of idle) socket.end();
    await Promise.all(cut);
    const later = from('127.0.0.1');
    later.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(later, 'data'))[0])).toContain('200 OK');
    for (const socket of [...idle, kubelet, later]) socket.destroy();
    endpoint.close();
  });
});
