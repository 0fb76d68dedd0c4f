import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LONGEST, shortened, visible } from './names.js';

const DANGEROUS =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/u;

const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('\n', '\u202e', '\ud800', 'a', '\u001b', '語'), maxLength: 300 }),
);

describe('names on screen', () => {
  it('have nothing in them that controls a screen or turns its direction', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(visible(name)).not.toMatch(DANGEROUS);
        expect(shortened(name)).not.toMatch(DANGEROUS);
      }),
    );
  });

  it('stay as they are while nothing is wrong with them', () => {
    expect(visible('kube-proxy [配置] ÷ 🦀')).toBe('kube-proxy [配置] ÷ 🦀');
  });

  it('show what cannot be seen', () => {
    expect(visible('a\nb\u001b[31m\u007f')).toBe('a‹LF›b‹ESC›[31m‹DEL›');
    expect(visible('gnp.\u202egpj')).toBe('gnp.‹U+202E›gpj');
    expect(visible('\ud800x')).toBe('\ufffdx');
  });

  it('keep head and tail when they are long', () => {
    const long = `head${'x'.repeat(4096)}tail`;
    const short = shortened(long);
    expect(short).toHaveLength(LONGEST);
    expect(short.startsWith('headx') && short.endsWith('xtail') && short.includes('…')).toBe(true);
  });

  it('are cut between characters, never inside one', () => {
    for (const longest of [30, 31, 32, 33])
      expect(shortened(`a${'🦀'.repeat(500)}`, longest)).not.toMatch(/\ufffd/);
  });
});
