import { describe, expect, it } from '@jest/globals';
import { Telemetry } from './index.js';

const options = { serviceName: 'test', serviceVersion: '0' };

describe('Telemetry', () => {
  it('prints what was counted and observed, without labels that say nothing', async () => {
    await using telemetry = new Telemetry(options);
    const counter = telemetry.counter('memwarden.things', { description: 'Things', unit: '{thing}' });
    counter.add(2, { kind: 'a' });
    counter.add(3, { kind: 'a' });
    let level = 7;
    telemetry.gauge('memwarden.level_bytes', { description: 'Level', unit: 'By' }, () => [{ value: level }]);
    telemetry.total('memwarden.seen', { description: 'Seen', unit: '{thing}' }, () => [
      { value: 11, attributes: { kind: 'b' } },
    ]);
    level = 8;
    const text = await telemetry.scrape();
    expect(text).toContain('memwarden_things_total{kind="a"} 5\n');
    expect(text).toContain('memwarden_level_bytes 8\n');
    expect(text).toContain('memwarden_seen_total{kind="b"} 11\n');
    expect(text).not.toMatch(/otel_scope|target_info/);
  });

  it('escapes label values', async () => {
    await using telemetry = new Telemetry(options);
    telemetry.gauge('memwarden.x', { description: 'x', unit: '1' }, () => [
      { value: 1, attributes: { node: 'a"\n\\' } },
    ]);
    expect(await telemetry.scrape()).toContain('memwarden_x{node="a\\"\\n\\\\"} 1\n');
  });

  it('forgets what is not observed any more, and always has room for what is new', async () => {
    await using telemetry = new Telemetry(options);
    let names = ['gone', 'stays'];
    const observe = () => names.map((node) => ({ value: 1, attributes: { node } }));
    telemetry.gauge('memwarden.x', { description: 'x', unit: '1' }, observe);
    telemetry.total('memwarden.y', { description: 'y', unit: '1' }, observe);
    telemetry.counter('memwarden.z', { description: 'z', unit: '1' }).add(1);
    expect(await telemetry.scrape()).toContain('memwarden_x{node="gone"} 1\n');
    names = ['stays'];
    const text = await telemetry.scrape();
    expect(text).not.toContain('gone');
    expect(text).toContain('memwarden_y_total{node="stays"} 1\n');
    expect(text).toContain('memwarden_z_total 1\n');
    for (let round = 0; round < 3; round += 1) {
      names = Array.from({ length: 6000 }, (_, i) => `n${round}-${i}`);
      expect(await telemetry.scrape()).not.toContain('overflow');
    }
  });

  it('leaves out a metric whose observer throws, and only that', async () => {
    await using telemetry = new Telemetry(options);
    telemetry.gauge('memwarden.bad', { description: 'x', unit: '1' }, () => {
      throw new Error('no');
    });
    telemetry.gauge('memwarden.good', { description: 'x', unit: '1' }, () => [{ value: 1 }]);
    const text = await telemetry.scrape();
    expect(text).toContain('memwarden_good 1\n');
    expect(text).not.toContain('memwarden_bad');
  });

  it('keeps the number of series of an instrument bounded', async () => {
    await using telemetry = new Telemetry(options);
    const many = Array.from({ length: 20_000 }, (_, i) => ({ value: 1, attributes: { node: `n${i}` } }));
    telemetry.gauge('memwarden.many', { description: 'many', unit: '1' }, () => many);
    const text = await telemetry.scrape();
    expect(text.match(/^memwarden_many\{/gm)).toHaveLength(12_000);
    expect(text).toContain('memwarden_many{otel_metric_overflow="true"}');
  });
});
