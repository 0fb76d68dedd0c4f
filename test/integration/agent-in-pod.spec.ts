/*
 * The agent as in a pod: in a cgroup namespace and a mount namespace of its own, with the machine's cgroups mounted
 * somewhere else, in the machine's pid namespace. Pods are told over the link.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { NodePod } from '#contracts/cluster';
import type { Holder } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { MIB } from '#contracts/units';
import { LinkServer, SharedToken } from '#link';
import { Cgroup } from '../../bench/harness/cgroup.js';

jest.setTimeout(60_000);

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/apps/node-agent/src/main.js');
const TOKEN = 'a token of sixteen';
const AGENT_UID = 'aaaaaaaa-0000-4000-8000-000000000001';
const TENANT_UID = 'bbbbbbbb-0000-4000-8000-000000000002';
const [AGENT_ID, TENANT_ID] = ['a'.repeat(64), 'b'.repeat(64)];
const HELD = 40 * MIB;

/*
 * As a container runtime does it: the process is in its cgroup before it gets a cgroup namespace, and what is mounted at
 * /sys/fs/cgroup is the container's own, so that nothing but the bind mount shows the machine's.
 */
const CONTAINER = `
  set -e
  echo $$ > "$AGENT_CGROUP/cgroup.procs"
  exec unshare --cgroup --mount --propagation private sh -c '
    set -e
    mount --rbind /sys/fs/cgroup "$HOST_CGROUPS"
    mount -t tmpfs none /sys/fs/cgroup
    exec "$NODE" "$MAIN"
  '
`;

function canUnshare(): boolean {
  const tried = spawnSync('unshare', ['--cgroup', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  return tried.status === 0;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function cgroup(path: string): Cgroup {
  const made = new Cgroup(path).delegate();
  ends.push(() => made.remove());
  return made;
}

function ending(child: ChildProcess): ChildProcess {
  const gone = once(child, 'exit');
  ends.push(() => {
    child.kill('SIGKILL');
    return gone;
  });
  return child;
}

function podOf(uid: string, id: string): NodePod {
  return {
    namespace: 'n'.repeat(63),
    name: `${'p'.repeat(249)}-${uid.slice(0, 3)}`,
    uid,
    isStatic: false,
    containers: [{ name: 'main', id }],
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    labels: {},
    annotations: {},
  };
}

/** A process that holds HELD bytes in this cgroup. */
function tenantIn(place: Cgroup): ChildProcess {
  const program = `globalThis.held = Buffer.alloc(${HELD}, 1); setInterval(() => {}, 1e6); process.stdout.write('.');`;
  const held = spawn(
    'sh',
    ['-c', `echo $$ > "${place.directory}/cgroup.procs"; exec "$0" -e "$1"`, process.execPath, program],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return ending(held);
}

class Reports {
  private last: NodeReport | null = null;
  private wake: (() => void)[] = [];

  reported(report: NodeReport): void {
    this.last = report;
    for (const each of this.wake.splice(0)) each();
  }

  async until(found: (rows: readonly Holder[]) => boolean): Promise<NodeReport> {
    for (;;) {
      const rows = this.last?.ledger.devices[0]?.holders ?? [];
      if (this.last !== null && found(rows)) return this.last;
      await new Promise<void>((resolve) => this.wake.push(resolve));
    }
  }
}

const isPossible = process.getuid?.() === 0 && canUnshare();

(isPossible ? describe : describe.skip)('an agent in a cgroup namespace of its own', () => {
  it('places and names everybody’s processes, also its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mw-pod-'));
    ends.push(() => {
      rmSync(folder, { recursive: true });
    });
    mkdirSync(join(folder, 'cgroups'));
    writeFileSync(join(folder, 'token'), TOKEN);
    const base = `/mw-test-${process.pid}`;
    const paths = ['', '/kubepods', '/kubepods/burstable'].map((path) => base + path);
    for (const path of paths) cgroup(path);
    const places = [
      [AGENT_UID, AGENT_ID],
      [TENANT_UID, TENANT_ID],
    ].map(([uid, id]) => {
      cgroup(`${base}/kubepods/burstable/pod${uid}`);
      return cgroup(`${base}/kubepods/burstable/pod${uid}/${id}`);
    });
    const [agentPlace, tenantPlace] = places;
    const tenant = tenantIn(tenantPlace!);
    await once(tenant.stdout!, 'data');

    const reports = new Reports();
    const server: LinkServer = new LinkServer({
      listen: `unix:${folder}/link.sock`,
      authenticate: new SharedToken(TOKEN),
      listener: {
        connected: (node) => {
          server.pushPods(node, [podOf(AGENT_UID, AGENT_ID), podOf(TENANT_UID, TENANT_ID)]);
        },
        reported: (report) => {
          reports.reported(report);
        },
        disconnected: () => undefined,
      },
    });
    ends.push(() => server[Symbol.asyncDispose]());
    const agent = ending(
      spawn('sh', ['-c', CONTAINER], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...process.env,
          NODE: process.execPath,
          MAIN,
          AGENT_CGROUP: agentPlace!.directory,
          HOST_CGROUPS: join(folder, 'cgroups'),
          MEMWARDEN_CONTROLLER: (await server.start()).address,
          MEMWARDEN_LINK_TOKEN_FILE: join(folder, 'token'),
          MEMWARDEN_STATE_DIR: join(folder, 'state'),
          MEMWARDEN_CGROUP_ROOT: join(folder, 'cgroups'),
          MEMWARDEN_NODE_NAME: 'node-a',
          MEMWARDEN_SAMPLE_SECONDS: '1',
        },
      }),
    );

    const report = await reports.until((rows) => rows.some(({ pod }) => pod !== undefined));
    const rows = report.ledger.devices[0]?.holders ?? [];
    expect(rows.find(({ name }) => name === tenantPlace!.path)).toMatchObject({
      kind: 'cgroup',
      container: 'main',
      pod: podOf(TENANT_UID, TENANT_ID).name,
      namespace: 'n'.repeat(63),
      workload: 'Deployment/web',
      podUid: TENANT_UID,
      containerId: TENANT_ID,
    });
    // Outside the agent's cgroup namespace, and inside it.
    const held = rows.find(({ pid }) => pid === tenant.pid);
    expect(held).toMatchObject({ podUid: TENANT_UID, containerId: TENANT_ID });
    expect(held?.bytes).toBeGreaterThan(HELD);
    expect(rows.find(({ pid }) => pid === agent.pid)).toMatchObject({
      podUid: AGENT_UID,
      containerId: AGENT_ID,
    });
    expect(rows.find(({ id }) => id === 'bucket:unplaced')).toBeUndefined();
    expect(rows.find(({ pid }) => pid === process.pid)?.podUid).toBeUndefined();
  });
});
