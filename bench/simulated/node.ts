/*
 * A node that does not exist, with a ledger that could: cgroups with processes inside, always adding up to the byte.
 * Each report is made of new objects, as an agent's are: equal rows must be found equal, not recognised.
 */
import type { DeviceLedger, Holder, Parts } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { bytes, GIB, MIB, signedBytes } from '#contracts/units';
import type { Random } from '../harness/statistics.js';

const PAGE = 4096;
const MEMBERS = 4;
const RESERVED = 100 * MIB;
const UNATTRIBUTED = 17 * MIB;

interface Member {
  readonly pid: number;
  anon: number;
}

interface Group {
  readonly path: string;
  readonly members: readonly Member[];
  readonly file: number;
  readonly kernel: number;
}

export interface SimulatedOptions {
  readonly name: string;
  /** Of the ledger; rounded to whole cgroups with their processes. */
  readonly rows: number;
  readonly random: Random;
}

export class SimulatedNode {
  readonly #groups: readonly Group[];
  readonly #name: string;
  readonly #random: Random;

  constructor({ name, rows, random }: SimulatedOptions) {
    this.#name = name;
    this.#random = random;
    // A cgroup row, its members, and "cache and kernel".
    const groups = Math.max(1, Math.round(rows / (MEMBERS + 2)));
    this.#groups = Array.from({ length: groups }, (_, index) => this.#group(index));
  }

  #group(index: number): Group {
    return {
      path: `/kubepods.slice/kubepods-burstable.slice/pod-${index}/container-${index}`,
      members: Array.from({ length: MEMBERS }, (_, member) => ({
        pid: 1000 + index * MEMBERS + member,
        anon: PAGE * Math.floor(this.#random() * 20_000),
      })),
      file: PAGE * 700,
      kernel: PAGE * 90,
    };
  }

  /** Changes this share of the rows; a process and its cgroup are two. */
  change(share: number, random = this.#random): void {
    const rows = this.#groups.length * (MEMBERS + 2);
    const processes = Math.max(1, Math.round((rows * share) / 2));
    for (let changed = 0; changed < processes; changed++) {
      const group = this.#groups[Math.floor(random() * this.#groups.length)];
      const member = group?.members[Math.floor(random() * MEMBERS)];
      if (member !== undefined) member.anon = PAGE * Math.floor(random() * 20_000);
    }
  }

  /** Every object of it is new. */
  report(takenAtMs: number): NodeReport {
    return {
      ledger: {
        node: this.#name,
        bootId: `boot-${this.#name}`,
        takenAtMs,
        devices: [this.#device()],
        pressure: { someAvg10: 0.12, fullAvg10: 0.01, oomKills: 0 },
      },
      agent: { version: '0.1.0', rssBytes: bytes(80 * MIB), cpuPercent: 0.6, sampleMs: 12.5 },
      health: [],
    };
  }

  #device(): DeviceLedger {
    const holders = this.#groups.flatMap(rowsOf);
    const held = holders.reduce((sum, row) => sum + (row.within === undefined ? row.bytes : 0), 0);
    return {
      id: 'host',
      kind: 'host',
      name: 'host',
      totalBytes: bytes(512 * GIB),
      usedBytes: bytes(held + RESERVED + UNATTRIBUTED),
      reservedBytes: bytes(RESERVED),
      unattributedBytes: signedBytes(UNATTRIBUTED),
      errorBoundBytes: bytes(MIB),
      unattributedKnown: [],
      unknownHolders: 0,
      quality: 'measured',
      holders,
    };
  }
}

function rowsOf(group: Group, index: number): Holder[] {
  const id = `cgroup:${index + 2}:${group.path}`;
  const anon = group.members.reduce((sum, member) => sum + member.anon, 0);
  const row = { class: 'Running', flags: [], quality: 'measured' } as const;
  const whole: Parts = {
    anon: bytes(anon),
    shmem: bytes(0),
    file: bytes(group.file),
    kernel: bytes(group.kernel),
  };
  return [
    { ...row, id, kind: 'cgroup', name: group.path, bytes: sumOf(whole), parts: whole },
    ...group.members.map(({ pid, anon: held }): Holder => ({
      ...row,
      id: `process:${pid}:${pid * 7}`,
      kind: 'process',
      within: id,
      name: 'python3',
      bytes: bytes(held),
      pid,
      startTimeTicks: pid * 7,
      uid: 1000,
    })),
    {
      ...row,
      id: `rest:${index + 2}:${group.path}`,
      kind: 'bucket',
      within: id,
      name: 'cache and kernel',
      bytes: bytes(group.file + group.kernel),
    },
  ];
}

function sumOf(parts: Parts): Holder['bytes'] {
  return bytes(parts.anon + parts.shmem + parts.file + parts.kernel);
}
