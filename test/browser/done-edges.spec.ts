/* "What was done?" with nothing to show, in trouble, with names that mean harm, and on a small screen. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GIB } from '#contracts/units';
import { startChromium } from './chromium.js';
import { HOSTILE_NAMES, ordinary } from './fixture/ledgers.js';
import { cleanup, finding, NO_RECORDS, processOf, step, targetOf } from './fixture/objects.js';
import { records } from './fixture/records.js';
import { expectShown, until, visit, type Session, type Visit } from './session.js';

jest.setTimeout(60_000);

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

const LEDGER = ordinary();

async function busy(look: Partial<Visit> = {}): Promise<Session> {
  return visit(browser, { ledgers: [LEDGER], records: records(LEDGER), ...look });
}

describe('nothing, or nothing yet', () => {
  it('empty: says what was looked at and what would show', async () => {
    await using session = await visit(browser, { ledgers: [LEDGER] });
    const { page } = session;
    await expectShown(page.getByText('Nothing was done.'));
    await expectShown(page.getByText('No policy is there', { exact: false }));
    await page.getByRole('button', { name: 'Policies' }).click();
    await expectShown(page.getByText('No policy.'));
  });

  it('what cannot be read says so, keeps what it had, and comes back by itself', async () => {
    await using session = await busy();
    const { page, server } = session;
    await expectShown(page.locator('.entry'));
    server.failures.set('/cleanups', { status: 500, detail: 'The store is being rebuilt.' });
    server.records.putCleanup(
      cleanup({
        name: 'late',
        target: targetOf(LEDGER, processOf(LEDGER, 'python')),
        minutes: 0,
        reason: 'Freed',
        steps: [],
      }),
    );
    await expectShown(page.getByText('The store is being rebuilt.', { exact: false }));
    expect(await page.locator('.entry').count()).toBeGreaterThan(3);
    server.failures.clear();
    await page.getByText('The store is being rebuilt.', { exact: false }).waitFor({ state: 'detached' });
  });

  it('an older controller without a mode: the page says unknown and goes on', async () => {
    await using session = await busy();
    session.server.failures.set('/mode', { status: 404, detail: 'No such thing.' });
    await session.page.reload();
    await expectShown(session.page.locator('.mode.unknown'));
    await expectShown(session.page.locator('.entry'));
  });
});

describe('names that mean harm', () => {
  it('in every field are shown and do nothing, at 360 px too', async () => {
    const evil = HOSTILE_NAMES.join('');
    const target = {
      ...targetOf(LEDGER, processOf(LEDGER, 'python')),
      process: { pid: 6601, startTimeTicks: 1, name: evil },
    };
    const said = { reason: evil, message: evil };
    const made = cleanup({
      name: `c${evil}`,
      target,
      minutes: 0,
      reason: 'Refused',
      words: evil,
      steps: [step(0, { state: 'Refused', ...said, orderID: evil })],
    });
    const found = finding({
      name: `f${evil}`,
      target,
      bytes: GIB,
      limitBytes: GIB,
      policy: { name: evil, uid: 'u', generation: 1 },
      more: {
        evidence: [{ type: evil, at: 'never', message: evil }],
        decision: { kind: 'Refuse', ...said, at: evil },
      },
    });
    const mode = { ...NO_RECORDS.mode, pause: { by: evil, at: 'x', reason: evil } };
    const own = { ...NO_RECORDS, findings: [found], cleanups: [made], mode };
    await using session = await visit(browser, {
      ledgers: [LEDGER],
      records: own,
      width: 360,
      height: 740,
      bare: true,
      hash: '#/?question=done',
    });
    const { page } = session;
    await page.evaluate(`window.harmed = false; window.alert = () => { window.harmed = true; }`);
    for (const view of ['Findings', 'Time line']) {
      await page.getByRole('button', { name: view }).click();
      await page.locator('.entry-main').first().click();
      await expectShown(page.locator('.details'));
      expect(await page.evaluate<string>('document.body.innerText')).not.toMatch(
        /[\u0007\u001b\u202a-\u202e\u2066-\u2069]/,
      );
      expect(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')).toBe(false);
    }
    await page.locator('.pause').click();
    await expectShown(page.getByRole('dialog', { name: 'Resume acts?' }));
    expect(await page.evaluate('window.harmed')).toBe(false);
    expect(session.errors).toEqual([]);
  });
});

describe('at 360 px', () => {
  it('one question at a time, by thumb and by key, and nothing is wider than the screen', async () => {
    await using session = await busy({ width: 360, height: 740, touch: true });
    const { page } = session;
    for (const [tab, shown] of [
      ['Done', '.entry'],
      ['History', '.chart canvas'],
      ['Whose?', '.row'],
    ] as const) {
      await page.getByRole('navigation').getByRole('button', { name: tab }).click();
      await page.locator(shown).first().waitFor({ state: 'visible' });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    }
    await page.keyboard.press('3');
    await page.locator('.entry').first().waitFor({ state: 'visible' });
    await until(page, `location.hash.includes('question=done')`);
  });
});
