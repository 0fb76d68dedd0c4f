import { statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { NotFound, Unavailable } from '#contracts/errors';
import type { HistorySource } from '#contracts/report';
import { someReport } from '#testing';
import { connect, freshSocket, HISTORY, report, serve } from '../test/ends.js';
import { AddressInUse } from './index.js';

describe('agent and controller over a unix socket', () => {
  it('delivers reports as they were offered, in order', async () => {
    const { listener, address } = await serve();
    const { link } = connect(address);
    const offered = Array.from({ length: 200 }, (_, i) => report(1000 + i, 4096 * (i + 1)));
    for (const each of offered) link.offer(each);
    await listener.until(() => listener.reports.length === 200);
    expect(listener.reports).toEqual(offered);
    expect(listener.all[0]).toMatchObject({
      kind: 'connected',
      node: 'node-a',
    });
    expect(link.health().state).toBe('ok');
  });

  it('carries the largest report that is taken', async () => {
    const { listener, address } = await serve();
    const { link } = connect(address);
    const largest = someReport({ rows: 50_000 });
    link.offer(largest);
    await listener.until(() => listener.reports.length === 1);
    expect(listener.reports[0]?.ledger.devices[0]?.holders).toHaveLength(50_000);
    expect(link.health().state).toBe('ok');
  });

  it('announces a node when its session opens, before it reports', async () => {
    const { listener, address } = await serve();
    const { link } = connect(address);
    await listener.until((all) => all.length > 0);
    await link[Symbol.asyncDispose]();
    await listener.until((all) => all.length > 1);
    expect(listener.all).toEqual([
      { kind: 'connected', node: 'node-a' },
      { kind: 'disconnected', node: 'node-a' },
    ]);
  });

  it('answers questions about history', async () => {
    const { server, listener, address } = await serve();
    await expect(server.list('node-a', {})).rejects.toThrow(NotFound);
    const { link } = connect(address);
    link.offer(report(1));
    await listener.until((all) => all.length > 1);
    expect(await server.list('node-a', { device: 'host' })).toEqual([HISTORY.series]);
    expect(await server.read('node-a', 's1', { fromMs: 0, toMs: 1 })).toEqual(HISTORY);
    await expect(server.read('node-a', 'nope', { fromMs: 0, toMs: 1 })).rejects.toThrow(NotFound);
    await link[Symbol.asyncDispose]();
    await listener.until((all) => all.at(-1)?.kind === 'disconnected');
    await expect(server.list('node-a', {})).rejects.toThrow(Unavailable);
  });

  it('takes no history of times that there are not', async () => {
    const [block] = HISTORY.blocks;
    const odd: HistorySource = {
      list: () => [],
      read: () => ({ ...HISTORY, blocks: [{ ...block!, startMs: -1e300 }] }),
    };
    const { server, listener, address } = await serve();
    connect(address, { history: odd });
    await listener.until((all) => all.length > 0);
    await expect(server.read('node-a', 's1', { fromMs: 0, toMs: 1 })).rejects.toThrow(Unavailable);
  });

  it('refuses a wrong token and another protocol range, saying why', async () => {
    const { events, address } = await serve();
    const wrong = connect(address, { token: 'guess' });
    await wrong.events.until((all) => all.length > 0);
    expect(wrong.events.all[0]).toMatchObject({ kind: 'Refused', code: 'Token' });
    const later = connect(address, { protocol: { min: 7, max: 9 } });
    await later.events.until((all) => all.length > 1);
    expect(later.events.all[0]).toMatchObject({
      kind: 'Refused',
      code: 'ProtocolRange',
      text: 'The agent speaks link protocol 7 to 9, this controller 1 to 1: upgrade the controller.',
    });
    expect(later.link.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('upgrade the controller'),
    });
    expect(events.all.map((e) => e.kind)).toEqual(['Refused', 'Refused']);
  });

  it('serves the newer of two agents of one node and tells the older', async () => {
    const { listener, address } = await serve();
    const older = connect(address);
    older.link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
    const newer = connect(address);
    newer.link.offer(report(2));
    await listener.until(() => listener.reports.length === 2);
    await older.events.until((all) => all.some((e) => e.kind === 'Refused' && e.code === 'DuplicateNode'));
    expect(listener.all.map((h) => h.kind)).toEqual([
      'connected',
      'reported',
      'disconnected',
      'connected',
      'reported',
    ]);
  });

  it('goes on after the controller came back with nothing', async () => {
    const first = await serve();
    const { link, events } = connect(first.address);
    link.offer(report(1));
    await first.listener.until(() => first.listener.reports.length === 1);
    await first.server[Symbol.asyncDispose]();
    await events.until((all) => all.some((e) => e.kind === 'Disconnected'));
    link.offer(report(2));
    link.offer(report(3));
    const second = await serve({ listen: first.address });
    await second.listener.until(() => second.listener.reports.length === 2);
    expect(second.listener.reports).toEqual([report(2), report(3)]);
  });
});

describe('an agent alone', () => {
  it('gives up a report that cannot be sent, says so, and sends the next', async () => {
    const { listener, address } = await serve();
    const { link, events } = connect(address);
    const poison = report(1);
    const [host] = poison.ledger.devices;
    const devices = [{ ...host!, unknownHolders: -1 }];
    link.offer({ ...poison, ledger: { ...poison.ledger, devices } });
    link.offer(report(2));
    await listener.until(() => listener.reports.length === 1);
    expect(listener.reports).toEqual([report(2)]);
    expect(events.all.map((event) => event.kind)).toEqual(['Connected', 'ReportFailed']);
    expect(link.counters).toMatchObject({ dropped: 1 });
  });

  it('for an hour of samples keeps its spool flat, then catches up with the newest', async () => {
    const path = freshSocket();
    const { link, events } = connect(path, { spoolBytes: 10_000 });
    await events.until((all) => all.some((event) => event.kind === 'Disconnected'));
    for (let at = 1; at <= 720; at += 1) {
      link.offer(report(at * 5000));
      expect(link.counters.spoolBytes).toBeLessThanOrEqual(10_000);
    }
    expect(link.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('were dropped'),
    });
    const { spooled, dropped } = link.counters;
    expect(spooled + dropped).toBe(720);
    const { listener } = await serve({ listen: path });
    await listener.until(() => listener.reports.length === spooled);
    expect(listener.reports.at(-1)).toEqual(report(720 * 5000));
  });
});

describe('the socket file', () => {
  it('is private, is gone afterwards, and a left-over one is taken over', async () => {
    const { server, address } = await serve();
    const path = address.slice('unix:'.length);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(serve({ listen: address })).rejects.toThrow(AddressInUse);
    await server[Symbol.asyncDispose]();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});
