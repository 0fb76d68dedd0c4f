/*
 * The node agent as it ships, on cgroup v2: what it reports over a real link adds up, names what is there, and it ends
 * when it is told to.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { assertDeviceLedger } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { MIB } from '#contracts/units';
import { LinkServer, SharedToken } from '#link';
import { Workload } from '../../../bench/accuracy/workload.js';
import { Cgroup } from '../../../bench/harness/cgroup.js';
import { Workspace } from '../../../bench/harness/workspace.js';
import { suite, testUnless } from './testing.js';

const AGENT = '/mw/bundle/node-agent/main.mjs';
const FOLDER = '/run/agent';
const TOKEN = 'a token of the test machine';
const REPORTS = 5;
const HELD = 64 * MIB;

/** Hands out reports in the order in which they came. */
class Reports {
  readonly #came: NodeReport[] = [];
  #news = Promise.withResolvers<undefined>();

  reported(report: NodeReport): void {
    this.#came.push(report);
    this.#news.resolve(undefined);
    this.#news = Promise.withResolvers();
  }

  async first(count: number): Promise<readonly NodeReport[]> {
    while (this.#came.length < count) await this.#news.promise;
    return this.#came.slice(0, count);
  }
}

function startAgent(address: string): ReturnType<typeof spawn> {
  writeFileSync(`${FOLDER}/token`, TOKEN, { mode: 0o600 });
  return spawn(process.execPath, [AGENT], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      MEMWARDEN_CONTROLLER: address,
      MEMWARDEN_LINK_TOKEN_FILE: `${FOLDER}/token`,
      MEMWARDEN_STATE_DIR: `${FOLDER}/state`,
      MEMWARDEN_SAMPLE_SECONDS: '1',
    },
  });
}

suite('the node agent on cgroup v2', () => {
  const missing = existsSync(AGENT) ? null : 'bundle/node-agent is not built';
  testUnless(missing, 'reports ledgers that add up and hold a known cgroup', async () => {
    await using workspace = new Workspace(() => undefined);
    mkdirSync(`${FOLDER}/state`, { recursive: true, mode: 0o700 });
    const reports = new Reports();
    const listener = {
      connected: () => undefined,
      reported: (report: NodeReport) => reports.reported(report),
      disconnected: () => undefined,
    };
    const server = workspace.use(
      new LinkServer({ listen: `unix:${FOLDER}/link.sock`, authenticate: new SharedToken(TOKEN), listener }),
    );
    const cgroup = workspace.use(new Cgroup('/tenant'));
    workspace.use(await Workload.start({ name: 'anon', args: [HELD], cgroup }));
    const agent = startAgent((await server.start()).address);
    workspace.use({ [Symbol.dispose]: () => void agent.kill('SIGKILL') });
    const ended = once(agent, 'exit');
    const seen = await reports.first(REPORTS);
    for (const { ledger } of seen) ledger.devices.forEach(assertDeviceLedger);
    const rows = seen.at(-1)?.ledger.devices[0]?.holders ?? [];
    const tenant = rows.find(({ name }) => name === '/tenant');
    assert.ok(Math.abs((tenant?.parts?.anon ?? 0) - HELD) <= 0.02 * HELD, `anon ${tenant?.parts?.anon ?? 0}`);
    assert.ok(rows.some(({ pid }) => pid === agent.pid));
    agent.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});
