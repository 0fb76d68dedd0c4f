/*
 * The page on the real thing: the kernel of this machine, the agent, the link, the controller and Redis.
 */
import { totalmem } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { open, startChromium } from './chromium.js';
import { startWorkload, type Workload } from '../workloads/start.js';
import { startLocalMode, type LocalMode } from './local-mode.js';
import { bytesOf, expectShown, until } from './session.js';

jest.setTimeout(120_000);

let browser: Browser;
let local: LocalMode;
beforeAll(async () => {
  [browser, local] = await Promise.all([startChromium(), startLocalMode(1, FILES)]);
});
afterAll(async () => {
  await browser.close();
  await local.stop();
});

/** One percent is the least that a policy can name. */
const HOLD_MIB = Math.ceil((totalmem() / 2 ** 20) * 0.014);

const FILES = {
  'policies/hungry.yaml': `apiVersion: memwarden.dev/v1alpha1
kind: MemoryPolicy
metadata: { name: hungry }
spec:
  match: { processes: { names: [mw-cache] } }
  detectors:
    - name: held
      type: Pressure
      pressure: { signal: NonReclaimable, percentOfLimit: 1, clearPercent: 0, forSeconds: 1 }
`,
  // The person who runs the tests, root or not, is named literally.
  'allow.yaml': `version: 1
acts: { Notify: [{ uids: [${process.getuid?.() ?? 0}], processes: [mw-cache], signals: [SIGUSR2] }] }
ratePerMinute: 6
`,
};

const PAINTED = `performance.getEntriesByName('memwarden:painted')`;

describe('the page of a running Memwarden', () => {
  it('shows whose this machine’s memory is, adding up to the byte, and keeps no token', async () => {
    // High enough for every row: those out of sight are not there to be added up.
    await using opened = await open(browser, local.url, { height: 10_000 });
    const { page } = opened;
    await expectShown(page.locator('.row'));
    await page.keyboard.press('b');
    await expectShown(page.locator('.page.exact'));
    // Sum and rows are of one sample: read in one go, not while the next one comes.
    const read = `[...document.querySelectorAll('.sum [data-term], .row[aria-level="1"] .c-total')].map((one) =>
      [one.dataset.term ?? 'row', one.textContent])`;
    const figures = await page.evaluate<[string, string][]>(read);
    const used = figures.filter(([term]) => term === 'used').map(([, text]) => bytesOf(text))[0];
    const sum = (of: (term: string) => boolean): number =>
      figures.filter(([term]) => of(term)).reduce((total, [, text]) => total + bytesOf(text), 0);
    expect(sum((term) => term !== 'used' && term !== 'row')).toBe(used);
    expect(sum((term) => term === 'row')).toBe(used);
    expect(page.url()).not.toContain('token');
    expect(opened.errors).toEqual([]);
  });

  it('paints five samples as they come', async () => {
    await using opened = await open(browser, local.url);
    await until(opened.page, `${PAINTED}.length >= 5`);
    const lags = await opened.page.evaluate<number[]>(
      `${PAINTED}.map((mark) => performance.timeOrigin + mark.startTime - mark.detail.takenAt)`,
    );
    // The first one was taken before the page was opened.
    expect(Math.min(...lags.slice(1))).toBeLessThan(1_000);
  });

  it('finds who holds too much, asks it by hand, and follows that to its measured outcome', async () => {
    await using workload: Workload = await startWorkload('mw-cache', {
      holdMiB: HOLD_MIB,
      env: { MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2' },
    });
    await using opened = await open(browser, local.url);
    const { page } = opened;
    await expectShown(page.locator('.need', { hasText: `mw-cache ${workload.pid}` }));
    await page.getByRole('button', { name: 'Show evidence' }).click();
    await expectShown(page.locator('.entry.chosen[data-stage=Confirmed] .details'));
    await expectShown(page.locator('.row.chosen', { hasText: String(workload.pid) }));
    await page.getByRole('button', { name: 'Clean up by hand' }).click();
    await page.getByRole('dialog').locator('select').first().selectOption('SIGUSR2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('from the page');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.entry[data-outcome=Freed]').first().waitFor({ timeout: 60_000 });
    expect(await page.locator('.entry[data-outcome=Freed] .entry-delta').textContent()).toMatch(/^−\d/);
    await expectShown(page.locator('.details').getByText('from the page'));
    await page.getByRole('button', { name: 'Findings' }).click();
    await page.locator('.need').waitFor({ state: 'detached' });
    expect(opened.errors).toEqual([]);
  });

  it('has a history of a row, and says where its number is from', async () => {
    await using opened = await open(browser, local.url);
    const { page } = opened;
    await expectShown(page.locator('.row'));
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('i');
    await expectShown(page.getByRole('dialog').getByText('measured'));
    await page.keyboard.press('Escape');
    await expectShown(page.locator('.chart canvas'));
  });
});
