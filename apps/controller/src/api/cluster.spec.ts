import { describe, expect, it } from '@jest/globals';
import type { KnownNode } from '../sessions/node-registry.js';
import { summarize } from '../sessions/node-summary.js';
import { someReport } from '#testing';
import { clusterView } from './cluster.controller.js';
import { cluster } from './schemas.js';

function known(name: string, lastSeenMs: number, connected = true): KnownNode {
  const report = someReport({ node: name });
  const { bootId, devices } = report.ledger;
  const info = {
    node: name,
    bootId,
    connected,
    lastSeenMs,
    agent: report.agent,
    health: [],
    devices: devices.map((d) => d.id),
  };
  return { info, report, summary: summarize(report) };
}

describe('clusterView', () => {
  it('holds 5,000 nodes in 1 MB', () => {
    const nodes = Array.from({ length: 5000 }, (_, i) =>
      known(`gpu-pool-a-${i}.cluster.example.internal`, 1000),
    );
    const view = clusterView(nodes, 1000);
    expect(JSON.stringify(view).length).toBeLessThan(1_000_000);
    expect(cluster.parse(view).devices['host']).toMatchObject({
      devices: 5000,
      usedBytes: 5000 * nodes[0]!.report.ledger.devices[0]!.usedBytes!,
    });
  });

  it('says who is silent, and null for what is unknown', () => {
    const away = known('away', 1_000_000, false);
    const quiet = known('quiet', 1_000_000 - 60_001);
    const blind = known('blind', 1_000_000);
    const unread = { ...blind, summary: summarize(withoutUse(blind)) };
    const view = clusterView([away, quiet, unread, known('well', 1_000_000)], 1_000_000);
    expect(view.nodes.map(({ silent }) => silent)).toEqual([true, true, false, false]);
    expect(view.nodes[2]).toMatchObject({ usedBytes: null, totalBytes: null, unattributedBytes: null });
    expect(view.devices['host']).toMatchObject({ devices: 4, unknownDevices: 1 });
  });

  it('sums namespaces over nodes, each row once', () => {
    const node = known('a', 0);
    const [host] = node.report.ledger.devices;
    const [first, second] = host!.holders;
    const holders = [
      { ...first!, namespace: 'ml' },
      { ...second!, namespace: 'ml', within: first!.id },
    ];
    const report = { ...node.report, ledger: { ...node.report.ledger, devices: [{ ...host!, holders }] } };
    const one = { ...node, summary: summarize(report) };
    expect(clusterView([one, one], 0).namespaces).toEqual([
      { namespace: 'ml', hostBytes: 2 * first!.bytes, gpuBytes: 0 },
    ]);
  });
});

function withoutUse({ report }: KnownNode): KnownNode['report'] {
  const [host] = report.ledger.devices;
  return { ...report, ledger: { ...report.ledger, devices: [{ ...host!, usedBytes: null }] } };
}
