import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseYaml, type LocatedProblem, type YamlDocument } from './index.js';

const MIB = 1024 * 1024;

function documents(text: string): readonly YamlDocument[] {
  const parsed = parseYaml(text);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.documents;
}

function problems(text: string): readonly LocatedProblem[] {
  const parsed = parseYaml(text);
  return parsed.ok ? [] : parsed.problems;
}

describe('parseYaml', () => {
  it('reads what JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        // JSON has one zero.
        const json = JSON.stringify(value);
        expect(JSON.stringify(documents(json)[0]?.value)).toBe(json);
      }),
    );
  });

  it('reads several documents, empty ones as null', () => {
    expect(documents('a: 1\n---\n---\nb: 2\n').map(({ value }) => value)).toEqual([{ a: 1 }, null, { b: 2 }]);
    expect(documents('')).toEqual([]);
    expect(documents('# nothing\n')).toEqual([]);
  });

  it('takes yes, no and dates as texts, and a key only as text', () => {
    expect(documents('a: yes\nb: 2026-11-21\nc: 0x10\nd: ~')[0]?.value).toEqual({
      a: 'yes',
      b: '2026-11-21',
      c: 16,
      d: null,
    });
    expect(problems('? [a]\n: b')).toHaveLength(1);
    expect(documents('1: a\ntrue: b')[0]?.value).toEqual({ 1: 'a', true: 'b' });
  });

  it('never reaches a prototype', () => {
    const [document] = documents('__proto__: {polluted: true}\nconstructor: x');
    expect(Object.getPrototypeOf(document?.value)).toBe(Object.prototype);
    expect(Object.keys(document?.value as object)).toEqual(['__proto__', 'constructor']);
  });

  it('refuses a key that is written twice, and says where', () => {
    expect(problems('a: 1\nb:\n  - c: 1\n    c: 2\na: 2')).toEqual([
      { path: 'b[0].c', message: 'is written twice: remove one', line: 4, column: 5 },
      { path: 'a', message: 'is written twice: remove one', line: 5, column: 1 },
    ]);
  });

  it.each([
    ['a: b: c', 1, 4],
    ['a: [1, 2', 1, 9],
    ['a: 1\n\tb: 2', 2, 1],
    ['a: "x', 1, 6],
    ['a: !secret x', 1, 4],
    ['a: *nowhere', 1, 4],
    ['%YAML 9.9\n---\na: 1', 1, 7],
  ])('says where %p is wrong', (text, line, column) => {
    expect(problems(text)[0]).toMatchObject({ line, column });
  });

  it('quotes what it read so that no terminal is moved', () => {
    const [problem] = problems('a: "\\x\u001b[2J\u202e"');
    expect(problem?.message).toMatch(/^[\x20-\x7e…]+$/);
  });

  it('says where a value stands, or what is around it', () => {
    const [document] = documents('spec:\n  a:\n    - x: 1\n      y:\n        z: 2\n    - {p: 1, q: 2}\n');
    expect(document?.locate(['spec', 'a', 0, 'y', 'z'])).toEqual({ line: 5, column: 9 });
    expect(document?.locate(['spec', 'a', 1, 'q'])).toEqual({ line: 6, column: 14 });
    expect(document?.locate(['spec', 'a', 1])).toEqual({ line: 6, column: 7 });
    expect(document?.locate(['spec', 'a', 7, 'k'])).toEqual({ line: 2, column: 3 });
    expect(document?.locate(['nothing'])).toEqual({ line: 1, column: 1 });
    expect(document?.locate([])).toEqual({ line: 1, column: 1 });
  });

  it('keeps to the limits that it is given', () => {
    expect(problems(' '.repeat(MIB + 1))[0]?.message).toBe('is larger than 1048576 bytes: split it');
    expect(parseYaml('é'.repeat(6), { maxBytes: 11 }).ok).toBe(false);
    expect(parseYaml('é'.repeat(6), { maxBytes: 12 }).ok).toBe(true);
    expect(parseYaml('--- 1\n'.repeat(3), { maxDocuments: 2 }).ok).toBe(false);
  });

  it('refuses what is nested too deep', () => {
    expect(parseYaml('['.repeat(60) + ']'.repeat(60)).ok).toBe(true);
    expect(problems('['.repeat(70) + ']'.repeat(70))[0]?.message).toBe('is nested deeper than 64 levels');
    expect(parseYaml('['.repeat(2000) + ']'.repeat(2000)).ok).toBe(false);
  });

  it('refuses aliases that stand for more than anybody writes', () => {
    const level = (i: number): string =>
      `l${i}: &l${i} [${Array(10)
        .fill(i === 0 ? 'x' : `*l${i - 1}`)
        .join(', ')}]`;
    const bomb = Array.from({ length: 9 }, (_, i) => level(i)).join('\n');
    expect(problems(bomb)).toHaveLength(1);
    expect(documents('a: &a [1]\nb: *a')[0]?.value).toEqual({ a: [1], b: [1] });
    expect(problems('a: &a [*a]')).toEqual([
      { path: 'a[0]', message: 'stands for nothing that was written before it', line: 1, column: 8 },
    ]);
    expect(problems('a: &a {b: &b [*a]}\nc: *b')).toHaveLength(1);
    expect(problems('a: &a [1]\nb: &a [*a]')).toHaveLength(1);
  });

  it('never throws', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[-?:,[\]{}#&*!|>'"%@` \n\ta0~<]{0,60}$/),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(typeof parseYaml(text).ok).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});

const QUARTER = MIB / 4;
const rows = (row: (i: number) => string, size: number, separator = '\n'): string => {
  let text = '';
  for (let i = 0; text.length < size - 64; i++) text += row(i) + separator;
  return text;
};

describe('a large text of', () => {
  const bombs: readonly (readonly [string, string])[] = [
    // A minute where every two keys are compared.
    ['keys', rows((i) => `k${i}: v`, MIB)],
    ['keys in one line', `{${rows((i) => `k${i}: v`, MIB, ', ')}}`],
    ['one key', rows(() => 'a: 1', QUARTER)],
    ['errors', rows(() => 'a: b: c', QUARTER)],
    ['anchors', rows((i) => `- &a${i} x`, QUARTER)],
    ['aliases', `a: &a x\nb:\n${rows(() => '- *a', QUARTER)}`],
    ['documents', rows(() => '---', QUARTER)],
    ['opened lists', '['.repeat(QUARTER)],
    ['opened objects', '{a: '.repeat(QUARTER / 4)],
    ['dashes', '- '.repeat(QUARTER / 2)],
    ['question marks', '? '.repeat(QUARTER / 2)],
    ['colons', ':'.repeat(MIB)],
    ['empty lines', '\n'.repeat(QUARTER)],
    ['comments', '#\n'.repeat(QUARTER / 2)],
    ['an open quote', `"${'\\n'.repeat(MIB / 2 - 1)}`],
    ['directives', rows(() => '%YAML 9.9', QUARTER)],
  ];

  // Of the processor's time, because a machine may be busy.
  it.each(bombs)(
    '%s ends in bounded time and with a bounded answer',
    (_name, text) => {
      const before = process.cpuUsage();
      const found = problems(text);
      expect(process.cpuUsage(before).user / 1e6).toBeLessThan(8);
      expect(found.length).toBeLessThanOrEqual(32);
    },
    60_000,
  );
});
