import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { freezerMounts } from './freezer.js';
import { finalStatus } from './http-exchange.js';
import { EnvironReader, hasSignal, optInOf, parseCgroupFile, parseStatus } from './process-text.js';
import {
  refusalByRuntime,
  refusalByStatus,
  runtimesOf,
  signalNumber,
  type RuntimeSigns,
} from './signal-rules.js';

const STATUS = [
  'Name:\ta\\nSigCgt:\\t0000000000000fff',
  'State:\tS (sleeping)',
  'PPid:\t7',
  'Uid:\t1000\t1000\t1000\t1000',
  'VmSize:\t  100 kB',
  'SigBlk:\t0000000000000000',
  'SigIgn:\t0000000000000000',
  'SigCgt:\t0000000000000800',
  '',
].join('\n');

function environOf(bytes: Buffer, pieceBytes: number) {
  const reader = new EnvironReader();
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.take(bytes.subarray(at, at + pieceBytes));
  return optInOf(reader.end());
}

describe('parseStatus', () => {
  it('reads masks and is not fooled by a name', () => {
    const status = parseStatus(STATUS);
    expect(status).toMatchObject({
      state: 'S',
      parentPid: 7,
      uids: [1000, 1000, 1000, 1000],
      caught: 0x800n,
    });
    expect([10, 11, 12, 13].map((n) => hasSignal(0x800n, n))).toEqual([false, false, true, false]);
  });

  it('is null for anything else', () => {
    for (const line of ['State', 'PPid', 'Uid', 'SigBlk', 'SigIgn', 'SigCgt'])
      expect(parseStatus(STATUS.replace(new RegExp(`^${line}:.*$`, 'm'), ''))).toBeNull();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseStatus(text)).toBeNull();
      }),
    );
  });
});

describe('EnvironReader', () => {
  it('finds the names wherever pieces end, behind any length', () => {
    const environ = Buffer.concat([
      Buffer.from('A=1\0XMEMWARDEN_NOTIFY_PORT=1\0', 'latin1'),
      Buffer.alloc(100_000, 'x'),
      Buffer.from('\0MEMWARDEN_NOTIFY_PORT=8080\0MEMWARDEN_NOTIFY_SIGNAL=SIGUSR2\0MEMWARDEN_NOTIFY_PORT=9\0'),
    ]);
    for (const size of [1, 7, 4096, 65_536, 1_000_000])
      expect(environOf(environ, size)).toEqual({ signal: 'SIGUSR2', port: 8080, path: '/memwarden/release' });
  });

  it('takes no value that is none', () => {
    const portOf = (value: string) => environOf(Buffer.from(`MEMWARDEN_NOTIFY_PORT=${value}\0`), 64).port;
    expect(['0', '65536', '', '80 80', '-1', '1e3', '٣'].map(portOf)).toEqual(Array(7).fill(null));
    expect(portOf('65535')).toBe(65_535);
    const pathOf = (value: string) =>
      environOf(Buffer.from(`MEMWARDEN_NOTIFY_PORT=80\0MEMWARDEN_NOTIFY_PATH=${value}\0`), 64).port;
    expect(['x', '/a b', '/a\r\nHost: x', '/ü', `/${'x'.repeat(256)}`, ''].map(pathOf)).toEqual(
      Array(6).fill(null),
    );
    expect(pathOf('/a?b=c')).toBe(80);
  });
});

describe('parseCgroupFile', () => {
  it('knows both versions and colons in paths', () => {
    expect(parseCgroupFile('4:memory,x:/a:b\n0::/c\nrubbish\n')).toEqual([
      { controllers: ['memory', 'x'], path: '/a:b' },
      { controllers: [''], path: '/c' },
    ]);
  });
});

describe('freezerMounts', () => {
  it('finds whole hierarchies only', () => {
    const line = (root: string, point: string, rest: string) => `1 2 0:1 ${root} ${point} rw - ${rest}`;
    expect(
      freezerMounts(
        [
          line('/', '/x\\040y', 'cgroup2 cgroup2 rw'),
          line('/part', '/f0', 'cgroup cgroup rw,freezer'),
          line('/', '/f', 'cgroup cgroup rw,freezer'),
        ].join('\n'),
      ),
    ).toEqual({ v2: '/x y', v1: '/f' });
  });
});

describe('signals', () => {
  it('are those that can mean "give memory back"', () => {
    expect(['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGRTMIN+1', 'SIGRTMIN+30'].map(signalNumber)).toEqual([
      10, 12, 1, 35, 64,
    ]);
    for (const none of [
      'SIGKILL',
      'SIGTERM',
      'SIGSTOP',
      'SIGINT',
      'SIGSEGV',
      'SIGRTMIN',
      'SIGRTMIN+31',
      '12',
      '',
    ])
      expect(signalNumber(none)).toBeNull();
  });

  it('are judged by what the process catches, ignores and is', () => {
    const status = parseStatus(STATUS);
    const reason = (more: object, signal = 'SIGUSR2') =>
      refusalByStatus({ ...status!, ...more }, signal)?.reason ?? null;
    expect(reason({})).toBeNull();
    expect(reason({}, 'SIGUSR1')).toBe('NoHandler');
    expect(reason({ ignored: 0x800n })).toBe('NoHandler');
    expect(reason({ state: 'Z' })).toBe('TargetGone');
    expect(reason({ state: 'T' })).toBe('Frozen');
    expect(reason({ hasMemory: false })).toBe('Infrastructure');
    expect(reason({ caught: 1n << 36n }, 'SIGRTMIN+3')).toBeNull();
    expect(reason({ caught: 1n << 35n }, 'SIGRTMIN+3')).toBe('NoHandler');
  });

  it('of a runtime are refused, whichever sign gives it away', () => {
    const none: RuntimeSigns = { program: 'x', names: [], libraries: [], hasGoNote: false };
    const reason = (signs: Partial<RuntimeSigns>, signal: string) =>
      refusalByRuntime(runtimesOf({ ...none, ...signs }), signal)?.reason ?? null;
    for (const signs of [{ program: 'node' }, { program: 'node-24' }, { names: ['SignalInspector'] }])
      expect([reason(signs, 'SIGUSR1'), reason(signs, 'SIGUSR2')]).toEqual(['RuntimeSignal', null]);
    for (const signs of [{ program: 'java' }, { libraries: ['libjvm.so'] }, { names: ['VM Thread'] }])
      expect([reason(signs, 'SIGUSR2'), reason(signs, 'SIGHUP')]).toEqual(['RuntimeSignal', 'RuntimeSignal']);
    expect(reason({ hasGoNote: true }, 'SIGHUP')).toBe('RuntimeSignal');
    expect(reason({ hasGoNote: true }, 'SIGURG')).toBe('RuntimeSignal');
    expect(reason({ program: 'beam.smp' }, 'SIGUSR1')).toBe('RuntimeSignal');
    expect(reason({ program: 'beamer' }, 'SIGUSR1')).toBeNull();
    expect(reason({ program: 'nodes-of-mine', names: ['constructor'] }, 'SIGUSR1')).toBeNull();
  });
});

describe('finalStatus', () => {
  it.each<[string, number | null]>([
    ['HTTP/1.1 204 No Content\r\n', 204],
    ['HTTP/1.0 200\r\n', 200],
    ['HTTP/1.1 204 No Con', null],
    ['HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 500 x\r\n', 500],
    ['HTTP/1.1 100 Continue\r\n', null],
    ['HTTP/2 200\r\n', null],
    ['SSH-2.0-x\r\n', null],
    ['HTTP/1.1 999 x\r\n', null],
  ])('of %j is %j', (text, status) => {
    expect(finalStatus(text)).toBe(status);
  });
});
