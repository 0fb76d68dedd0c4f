import { describe, expect, it } from '@jest/globals';
import { parseTap } from './tap.js';

const STREAM = `TAP version 13\r
# Subtest: scan\r
    # Subtest: sees itself\r
    ok 1 - sees itself\r
      ---\r
      duration_ms: 2\r
      type: 'test'\r
      ...\r
    # figure {"name":"x"}\r
    not ok 2 - adds up\r
      ---\r
      type: 'test'\r
      ...\r
    ok 3 - hugetlb # SKIP no pool\r
      ---\r
      type: 'test'\r
      ...\r
    1..3\r
not ok 1 - scan\r
  ---\r
  type: 'suite'\r
  ...\r
1..1\r
# memwarden-vm end 1\r
`;

describe('parseTap', () => {
  it('counts tests, not the suites around them', () => {
    expect(parseTap(STREAM).results).toEqual([
      { name: 'sees itself', passed: true, skipped: false },
      { name: 'adds up', passed: false, skipped: false },
      { name: 'hugetlb', passed: true, skipped: true },
    ]);
  });

  it('hands out figures and the end marker', () => {
    expect(parseTap(STREAM)).toMatchObject({ figures: ['{"name":"x"}'], endStatus: 1 });
  });

  it('does not take a cut-off stream for an end', () => {
    expect(parseTap(STREAM.slice(0, -12)).endStatus).toBeNull();
  });
});
