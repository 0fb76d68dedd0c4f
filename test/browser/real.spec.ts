/*
 * The page on the real thing: the kernel of this machine, the agent, the link, the controller and Redis.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { open, startChromium } from './chromium.js';
import { startLocalMode, type LocalMode } from './local-mode.js';
import { bytesOf, expectShown, until } from './session.js';

jest.setTimeout(120_000);

let browser: Browser;
let local: LocalMode;
beforeAll(async () => {
  [browser, local] = await Promise.all([startChromium(), startLocalMode(1)]);
});
afterAll(async () => {
  await browser.close();
  await local.stop();
});

const PAINTED = `performance.getEntriesByName('memwarden:painted')`;

describe('the page of a running Memwarden', () => {
  it('shows whose this machine’s memory is, adding up to the byte, and keeps no token', async () => {
    await using opened = await open(browser, local.url);
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
