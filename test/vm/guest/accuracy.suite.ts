/*
 * The ledger on cgroup v2 against known bytes: rows, the bound on what is unattributed, cause. Figures go to the host.
 */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { MIB } from '#contracts/units';
import { causes } from '../../../bench/accuracy/cause.js';
import { HostProbe } from '../../../bench/accuracy/probe.js';
import { rowErrors } from '../../../bench/accuracy/rows.js';
import { runScenario, SCENARIOS } from '../../../bench/accuracy/scenarios.js';
import { Workspace } from '../../../bench/harness/workspace.js';
import { figure, suite, test } from './testing.js';

const TOLERANCE = 0.02;
const OTHERS_TOLERANCE = 0.01;
const SPREAD_FLOOR = 16 * MIB;

suite('the ledger on cgroup v2', () => {
  const workspace = new Workspace(() => undefined);
  const probe = workspace.use(new HostProbe());
  const began = performance.now();
  before(() => probe.sample());
  after(() => workspace[Symbol.asyncDispose]());

  test('shows 50 processes with known bytes within 2 %', async (context) => {
    const errors = await rowErrors(workspace, probe, { smallestMiB: 12 });
    figure(context, 'rows', { errors });
    assert.ok(Math.max(...errors) <= TOLERANCE, `off by up to ${Math.max(...errors)}`);
  });

  for (const scenario of SCENARIOS)
    test(scenario.name, async () => {
      const stage = { workspace, probe, bytes: 64 * MIB, tmpfs: '/tmp', disk: '/data' };
      for (const { what, error } of await runScenario(scenario, stage)) assert.ok(error <= TOLERANCE, what);
    });

  test('X more bytes move one row by X and no other', async (context) => {
    const found = await causes(workspace, probe, { rounds: 6, stepMiB: 64 });
    figure(context, 'causes', { found });
    for (const { own, others } of found) {
      assert.ok(own <= TOLERANCE, `the row moved by X ± ${own}`);
      assert.ok(others <= OTHERS_TOLERANCE, `another moved by ${others} X`);
    }
  });

  test('added up in every sample', () => {
    assert.deepEqual(probe.broken, []);
    assert.ok(probe.samples.length >= 20);
  });

  test('left no more unattributed than the bound, with little spread', (context) => {
    const rests = probe.samples.map(({ unattributedBytes }) => unattributedBytes);
    const used = Math.max(...probe.samples.map(({ usedBytes }) => usedBytes));
    const spread = Math.max(...rests) - Math.min(...rests);
    figure(context, 'unattributed', {
      shareOfBound: probe.shareOfBound,
      spreadBytes: spread,
      usedBytes: used,
      minutes: (performance.now() - began) / 60_000,
      broken: probe.broken.length,
      estimated: probe.estimated,
    });
    assert.ok(Math.max(...probe.shareOfBound) <= 1, `up to ${Math.max(...probe.shareOfBound)} of the bound`);
    assert.ok(spread <= SPREAD_FLOOR + 0.01 * used, `spread ${spread}`);
  });
});
