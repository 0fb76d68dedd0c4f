import { describe, expect, it } from '@jest/globals';
import { topCommandLine } from './how-to-call.js';

describe('what to type in another terminal', () => {
  it('is short inside the checkout, and whole elsewhere', () => {
    expect(topCommandLine({ root: '/mw', cwd: '/mw', stateDir: null })).toBe('bin/memwarden top');
    expect(topCommandLine({ root: '/mw', cwd: '/', stateDir: null })).toBe('mw/bin/memwarden top');
    expect(topCommandLine({ root: '/mw', cwd: '/home/me', stateDir: null })).toBe('/mw/bin/memwarden top');
  });

  it('names a state dir that no command would find, and survives a shell', () => {
    expect(topCommandLine({ root: '/mw', cwd: '/mw', stateDir: "/my dir's" })).toBe(
      String.raw`bin/memwarden top --state-dir '/my dir'\''s'`,
    );
    expect(topCommandLine({ root: '/a ä', cwd: '/home/me', stateDir: null })).toBe(
      "'/a ä/bin/memwarden' top",
    );
  });
});
