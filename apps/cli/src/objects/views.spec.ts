import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { CleanupStep } from '#api';
import { at, cleanup, condition, finding, NOW_MS, TARGET, VERIFIED } from '../../test/objects.js';
import { auditTable } from './audit-view.js';
import { cleanupInFull, cleanupTable, newestFirst, outcomeInWords } from './cleanup-view.js';
import { findingInFull, findingTable, inOrder } from './finding-view.js';
import { headline, modeInFull } from './mode-view.js';
import { reasonInWords } from './reasons.js';

const WIDE = { columns: 80, nowMs: NOW_MS };
const closed = [condition('Closed', 'Freed')];
const decision = {
  kind: 'Wait',
  reason: 'Cooldown',
  message: 'The last cleanup ended 20 s ago; the next may begin in 580 s.',
  at: at(5),
};
const hostile = { ...TARGET, process: { pid: 7, startTimeTicks: 1, name: 'a\n\x1b[31mb' } };
const deep = { ...TARGET, holder: 'cgroup:1:/x', cgroup: { path: `/${'deep/'.repeat(40)}end`, inode: 1 } };
const ofCgroup = (({ process: _, ...rest }) => rest)(deep);

describe('findings', () => {
  it('are a table that fits 80 columns, with what keeps each where it is', () => {
    const list = [finding('pressure-7f3c9a12', { decision }), finding('pressure-9', { conditions: closed })];
    expect(findingTable(list, WIDE)).toEqual([
      'FINDING            TARGET         AGE    HOLDS   SHARE  STATE',
      'pressure-7f3c9a12  mw-cache 1234  90s  512 MiB  94.8 %  confirmed: cooling down',
      '                                                        after the last one',
      'pressure-9         mw-cache 1234  90s  512 MiB  94.8 %  closed: memory came back',
    ]);
  });

  it('show the end of a long cgroup path, and no control character', () => {
    const [, first = '', second = ''] = findingTable(
      [finding('pressure-1', {}, ofCgroup), finding('pressure-2', {}, hostile)],
      WIDE,
    );
    expect(first).toContain('eep/end ');
    expect(stringWidth(first)).toBeLessThanOrEqual(80);
    expect(second).toContain(String.raw`a\n\x1b[31mb 7`);
  });

  it('come confirmed first, then by size', () => {
    const names = inOrder([
      finding('closed', { conditions: closed }),
      finding('small', { bytes: 1 }),
      finding('suspected', { conditions: [condition('Suspected', 'AboveMark')] }),
      finding('large'),
    ]).map(({ metadata }) => metadata.name);
    expect(names).toEqual(['large', 'small', 'suspected', 'closed']);
  });

  it('are shown in full with evidence and the rule that decided', () => {
    const shown = finding('pressure-7f3c9a12', {
      decision,
      cleanups: 2,
      cleanupRef: { name: 'pressure-7f3c9a12-2' },
    });
    expect(findingInFull(shown, WIDE)).toEqual([
      'pressure-7f3c9a12',
      '  state         confirmed: cooling down after the last one',
      '  target        mw-cache, process 1234 (started at tick 5678)',
      '                on node node-a, device host',
      '  holds         512 MiB, 94.8 % of 540 MiB (measured)',
      '  first seen    2026-11-21 14:03:30Z (90s ago)',
      '  last seen     2026-11-21 14:04:58Z (2s ago)',
      '  policy        cache-server, generation 3',
      '  detector      full (Pressure, NonReclaimable)',
      '  decision      Wait, rule Cooldown: The last cleanup ended 20 s ago; the next',
      '                may begin in 580 s.',
      '                2026-11-21 14:04:55Z (5s ago)',
      '  cleanups      2, the newest: memwarden cleanups pressure-7f3c9a12-2',
      '',
      'evidence',
      '  2026-11-21 14:04:00Z  Pressure',
      '    512.0 MiB of 540.0 MiB for 30 s',
    ]);
  });
});

const step = (given: Partial<CleanupStep>): CleanupStep => ({
  index: 0,
  type: 'Notify',
  state: 'Pending',
  ...given,
});

describe('cleanups', () => {
  it('are a table of before, after and what came of it', () => {
    const refused = cleanup('pressure-8-1', {
      steps: [step({ state: 'Refused', outcome: 'Refused', reason: 'NoHandler' })],
      completed: 'Refused',
      freedMiB: 0,
    });
    expect(cleanupTable([cleanup('pressure-7f3c9a12-1'), refused], WIDE)).toEqual([
      'CLEANUP              TARGET         AGE   BEFORE     AFTER  OUTCOME',
      'pressure-7f3c9a12-1  mw-cache 1234  50s  512 MiB  12.0 MiB  freed 500 MiB',
      'pressure-8-1         mw-cache 1234  50s        –         –  refused: the process',
      '                                                            has no handler for',
      '                                                            the signal',
    ]);
  });

  it.each([
    ['freed 500 MiB', cleanup('c')],
    ['ineffective: nothing came back', cleanup('c', { completed: 'Ineffective', freedMiB: 0 })],
    ['ineffective: only 3.00 MiB came back', cleanup('c', { completed: 'Ineffective', freedMiB: 3 })],
    ['dry run: would send SIGUSR2', cleanup('c', { completed: 'DryRun', steps: [step({})] })],
    [
      'refused: it belongs to root',
      cleanup('c', { completed: 'Refused', steps: [step({ state: 'Refused', reason: 'ProtectedUser' })] }),
    ],
    [
      'unknown: the agent ended in the middle',
      cleanup('c', { completed: 'Unknown', steps: [step({ state: 'Unknown', reason: 'AgentRestarted' })] }),
    ],
    ['cancelled', cleanup('c', { completed: 'Cancelled', steps: [step({})] })],
    ['waiting', cleanup('c', { completed: '', steps: [step({})] })],
    ['waiting: acts are off', cleanup('c', { completed: '', steps: [step({ reason: 'ActsOff' })] })],
    ['ordered, no answer yet', cleanup('c', { completed: '', steps: [step({ state: 'Issued' })] })],
    ['asked, to be measured', cleanup('c', { completed: '', steps: [step({ state: 'Executed' })] })],
    ['being cancelled', cleanup('c', { completed: '', spec: { cancelled: true } })],
  ])('say "%s"', (words, given) => {
    expect(outcomeInWords(given)).toBe(words);
  });

  it('fit 80 columns with the longest names that there are', () => {
    const long = { ...TARGET, process: { pid: 4194304, startTimeTicks: 1, name: 'fifteen-letters' } };
    const given = cleanup('pressure-5ee129e1fc06-2', {
      completed: 'Ineffective',
      steps: [VERIFIED],
      spec: { target: long },
    });
    for (const line of cleanupTable([given], WIDE)) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  it('come newest first', () => {
    const old = cleanup('old');
    const older = { ...old, metadata: { ...old.metadata, name: 'older', creationTimestamp: at(500) } };
    expect(newestFirst([older, old]).map(({ metadata }) => metadata.name)).toEqual(['old', 'older']);
  });

  it('are shown in full with each step, its times and why', () => {
    const next = step({
      index: 1,
      state: 'Refused',
      outcome: 'Refused',
      reason: 'NoHandler',
      message: 'SigCgt has no SIGHUP.',
    });
    expect(cleanupInFull(cleanup('pressure-7f3c9a12-1', { steps: [VERIFIED, next] }), WIDE)).toEqual([
      'pressure-7f3c9a12-1',
      '  outcome       freed 500 MiB',
      '  target        mw-cache, process 1234 (started at tick 5678)',
      '                on node node-a, device host',
      '  made          2026-11-21 14:04:10Z (50s ago)',
      '  asked by      policy cache-server, generation 3',
      '  finding       memwarden findings pressure-7f3c9a12',
      '  mode          Enforce, priority Normal',
      '',
      'step 1: send SIGUSR2, freed: 500 MiB',
      '  wanted        64Mi must come back within 10 s',
      '  before        512 MiB (measured, 2026-11-21 14:04:19Z)',
      '  ordered       2026-11-21 14:04:20Z',
      '  done          2026-11-21 14:04:20Z',
      '  after         12.0 MiB (measured, 2026-11-21 14:04:30Z)',
      '  order         u9.0.1',
      '',
      'step 2: nothing, refused',
      '  why           NoHandler: SigCgt has no SIGHUP.',
    ]);
  });
});

describe('the mode', () => {
  const voice = { mode: 'Enforce', reason: '' } as const;
  const open = {
    effective: 'Enforce',
    acts: 'On',
    levels: [{ level: 'queue', ...voice }],
    pause: null,
    breaker: null,
    nodes: [{ node: 'node-a', ...voice }],
  } as const;

  it('says in one line whether anything may be done', () => {
    expect(headline(open)).toBe('Acts are on, where a policy says Enforce.');
    expect(headline({ ...open, nodes: [{ node: 'a', mode: 'Observe', reason: 'x' }] })).toBe(
      'Acts are on, but no node would do them.',
    );
    expect(headline({ ...open, acts: 'Off', effective: 'Observe' })).toBe(
      'Acts are off: the mode is Observe. Reading goes on.',
    );
  });

  it('names every voice, who paused, and what ends it', () => {
    const lines = modeInFull(
      {
        ...open,
        acts: 'Off',
        effective: 'Observe',
        levels: [{ level: 'pause', mode: 'Observe', reason: 'paused by person\x1b[2J' }],
        pause: { by: 'person', at: at(61), reason: 'deploying' },
        breaker: { open: true, reason: '4 unknown', since: at(10) },
      },
      WIDE,
    );
    expect(lines).toEqual([
      'Acts are off: the mode is Observe. Reading goes on.',
      String.raw`  pause         Observe, paused by person\x1b[2J`,
      '  node          node-a: Enforce',
      '  paused        by person: deploying',
      '                2026-11-21 14:03:59Z (61s ago). To go on: memwarden resume',
      '  breaker       4 unknown',
      '                open since 2026-11-21 14:04:50Z (10s ago). When you know why:',
      '                memwarden breaker reset',
    ]);
  });
});

describe('the audit trail', () => {
  it('says who did what to whom and why, in 80 columns', () => {
    const entry = {
      id: '1',
      at: at(0),
      who: 'policy/cache-server',
      what: 'StepVerified',
      node: 'node-a',
      subject: 'pressure-7f3c9a12-1',
      target: 'mw-cache (pid 1234)',
      reason: 'Freed',
      message: '',
      beforeBytes: 512 * 1024 * 1024,
      afterBytes: 12 * 1024 * 1024,
    } as const;
    const lines = auditTable([entry], WIDE);
    expect(lines).toEqual([
      'TIME (UTC)      WHAT          WHO               WHOM           WHY',
      '11-21 14:05:00  StepVerified  policy/cache-se…  mw-cache 1234  512 MiB → 12.0',
      '                                                               MiB, Freed',
    ]);
  });
});

describe('whatever names are like', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  it.each([60, 80, 120])('no line is broken at %p columns', (columns) => {
    fc.assert(
      fc.property(text, text, (name, reason) => {
        const target = { ...TARGET, node: name, process: { pid: 1, startTimeTicks: 1, name } };
        const lines = [
          ...findingTable([finding('pressure-1', { decision: { ...decision, reason } }, target)], {
            columns,
            nowMs: NOW_MS,
          }),
          ...cleanupTable([cleanup('c', { completed: reason, spec: { target } })], {
            columns,
            nowMs: NOW_MS,
          }),
          ...findingInFull(finding(name, { decision: { ...decision, message: reason } }, target), {
            columns,
            nowMs: NOW_MS,
          }),
        ];
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
      }),
    );
  });

  it('a reason that nobody knows here is split into its words', () => {
    expect(reasonInWords('SomethingNewHere')).toBe('something new here');
    expect(reasonInWords('constructor')).toBe('constructor');
    expect(reasonInWords(undefined)).toBe('');
  });
});
