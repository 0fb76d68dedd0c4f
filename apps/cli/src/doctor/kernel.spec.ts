import { describe, expect, it } from '@jest/globals';
import { capabilitiesFound, kernelFound } from './kernel.js';

describe('the kernel', () => {
  it.each([
    ['6.1.0-13-amd64', 'ok'],
    ['5.3.0', 'ok'],
    ['5.2.21', 'failed'],
    ['4.19.0', 'failed'],
    ['10.0-rc1', 'ok'],
  ])('%s: %s', (release, state) => {
    expect(kernelFound(release)).toMatchObject({ state, found: release });
  });
});

describe('capabilities', () => {
  it.each([
    ['000001ffffffffff', 'CAP_KILL, CAP_SYS_PTRACE'],
    ['0000000000000020', 'CAP_KILL; your own'],
    ['0000000000080000', 'CAP_SYS_PTRACE; your own'],
    ['0000000000000000', 'none; your own'],
  ])('%s: %s', (mask, found) => {
    expect(capabilitiesFound(`Name:\tx\nCapEff:\t${mask}\nSeccomp:\t0\n`).found).toMatch(
      new RegExp(`^${found}`, 'u'),
    );
  });

  it('that cannot be read are none', () => {
    expect(capabilitiesFound('').found).toMatch(/^none/u);
  });
});
