import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../config.js';
import { firstAllowList } from '../local/allow-list.js';
import { allowList, allowListFound, journal, policies, stopFile } from './acts.js';
import type { Patient } from './examination.js';

let stateDir = '';
const patient = (): Patient => ({ stateDir, environment: readEnvironment({}) });
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'memwarden-doctor-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

describe('the allow list', () => {
  it('is fine when somebody is allowed, and said when nobody is', () => {
    const person = firstAllowList({ uid: 1000, sudoUid: null });
    expect(allowListFound('/a', person, null)).toMatchObject({ state: 'ok', found: '1 entry in /a' });
    const root = firstAllowList({ uid: 0, sudoUid: null });
    expect(allowListFound('/a', root, null)).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/allows nobody/u),
    });
  });

  it.each([
    ['acts: [', null],
    ['{version: 2, acts: {Notify: [{}]}}', null],
    ['', null],
    [firstAllowList({ uid: 1, sudoUid: null }), 'why'],
  ])('that cannot be used says that nothing is done: %p', (text, trouble) => {
    expect(allowListFound('/a', text, trouble)).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/nothing is done/u),
    });
  });

  it('is no trouble before the first start, and one when everybody may write it', async () => {
    expect(await allowList(patient())).toMatchObject({ state: 'ok' });
    const file = join(stateDir, 'allow.yaml');
    await writeFile(file, firstAllowList({ uid: 1, sudoUid: null }));
    await chmod(file, 0o666);
    expect(await allowList(patient())).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/everybody may write/u),
    });
  });
});

describe('policies, stop file and journal', () => {
  it('are fine before the first start', async () => {
    for (const look of [policies, stopFile, journal])
      expect(await look(patient())).toMatchObject({ state: 'ok' });
  });

  it('say what is refused and what stops', async () => {
    await mkdir(join(stateDir, 'policies'));
    expect(await policies(patient())).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/none in/u),
    });
    await writeFile(join(stateDir, 'policies/a.yaml'), 'kind: Nothing');
    expect(await policies(patient())).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/0 accepted .*, 1 refused/u),
    });
    await writeFile(join(stateDir, 'STOP'), '');
    expect(await stopFile(patient())).toMatchObject({ state: 'warning', next: 'memwarden stop --remove' });
  });

  it('look where the local mode that runs reads policies', async () => {
    await writeFile(join(stateDir, 'local.json'), JSON.stringify({ policies: join(stateDir, 'elsewhere') }));
    expect(await policies(patient())).toMatchObject({
      found: expect.stringMatching(/elsewhere is not there/u),
    });
  });
});
