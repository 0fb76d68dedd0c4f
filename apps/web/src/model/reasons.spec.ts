import { describe, expect, it } from '@jest/globals';
import { decidedSentence, refusedSentence, spaced, unknownSentence } from './reasons.js';

describe('reasons', () => {
  it('that are known are sentences, whatever was said with them', () => {
    expect(refusedSentence('StopFile', 'x')).toContain('stop file');
    expect(unknownSentence('NoAnswer')).toBe('The agent did not answer in time.');
    expect(decidedSentence('ModeObserve', 'x')).toBe('Its policy only observes.');
  });

  it('that are not known keep their word and what was said, made safe to look at', () => {
    expect(decidedSentence('NewRule', 'said so')).toBe('New rule: said so.');
    expect(decidedSentence('', '')).toBe('No reason was given.');
    expect(refusedSentence('toString', '')).toBe('To string.');
    expect(spaced('NotAllowedHere')).toBe('Not allowed here');
    expect(spaced('a\nb\u202e')).toBe('a‹LF›b‹U+202E›');
    expect(spaced('x'.repeat(5000)).length).toBeLessThan(100);
  });
});
