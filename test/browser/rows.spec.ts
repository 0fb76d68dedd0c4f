/* What the rows say, and how one finds one's way in them. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.js';
import { crowded, hostile, HOSTILE_NAMES, huge, ordinary } from './fixture/ledgers.js';
import { bytesOf, chosenRow, rowNames, visit } from './session.js';

jest.setTimeout(60_000);

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

describe('the sum on screen', () => {
  it('adds up to the byte, and so do the rows below it', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()], hash: '#/?exact=1', height: 2000 });
    const { page } = session;
    const terms = await page.locator('.sum [data-term]').allTextContents();
    const numbers = terms.map(bytesOf);
    const used = ordinary().devices[0]?.usedBytes;
    expect(numbers.at(-1)).toBe(used);
    expect(numbers.slice(0, -1).reduce((sum, bytes) => sum + bytes, 0)).toBe(used);
    const tops = await page.locator('.row[aria-level="1"] .c-total').allTextContents();
    expect(tops.map(bytesOf).reduce((sum, bytes) => sum + bytes, 0)).toBe(used);
    expect(session.errors).toEqual([]);
  });

  it('shows what is negative as negative', async () => {
    await using session = await visit(browser, { ledgers: [crowded(20)], hash: '#/?exact=1' });
    const unattributed = await session.page.locator('[data-term=unattributed]').textContent();
    expect(bytesOf(unattributed ?? '')).toBe(crowded(20).devices[0]?.unattributedBytes);
    expect(unattributed).toMatch(/^\u2212/);
  });
});

describe('finding a row', () => {
  it('by name, with what is above it', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page } = session;
    await page.keyboard.press('/');
    await page.keyboard.type('postgres-is-not-here');
    await page.getByText('Nothing among').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('prometheus');
    await page
      .getByText('2 of', { exact: false })
      .or(page.getByText('3 of', { exact: false }))
      .first()
      .waitFor();
    expect((await rowNames(page)).slice(0, 3)).toEqual([
      'kubepods.slice',
      'kubepods-burstable.slice',
      'monitoring/prometheus-0',
    ]);
  });

  it('by pid', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()], hash: '#/?q=1204' });
    expect(await rowNames(session.page)).toEqual(['system.slice', 'kubelet.service', 'kubelet']);
  });

  it('by sorting: a click on a head, and the key', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page } = session;
    const tops = async (): Promise<readonly string[]> =>
      page.locator('.row[aria-level="2"] .name').allTextContents();
    await page.getByRole('columnheader', { name: 'Holder' }).getByRole('button').click();
    await page.locator('[aria-sort=ascending]').waitFor();
    const names = await tops();
    expect(names.slice(1)).not.toEqual([]);
    await page.keyboard.press('s');
    await page.locator('[aria-sort=descending]', { hasText: 'anon' }).waitFor();
    await page.keyboard.press('Shift+S');
    await page.locator('[aria-sort=ascending]', { hasText: 'anon' }).waitFor();
  });
});

describe('by keyboard alone', () => {
  it('one walks, folds, opens, asks and comes back', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page } = session;
    await page.keyboard.press('j');
    expect(await chosenRow(page)).toBe('kubepods.slice');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    expect(await chosenRow(page)).toBe('training/pretrain-7b-0');
    await page.keyboard.press('ArrowRight');
    await page.locator('.row[aria-expanded=true]', { hasText: 'pretrain-7b-0' }).waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await chosenRow(page)).toBe('python');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.locator('.row[aria-expanded=false]', { hasText: 'pretrain-7b-0' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('kubepods-burstable-pod').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('i');
    await page.getByRole('dialog').getByText('the fixture').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('k');
    expect(await chosenRow(page)).toBe('kubepods-burstable.slice');
    expect(session.errors).toEqual([]);
  });

  it('one reaches every segment of the bar, and those gathered in "N more"', async () => {
    await using session = await visit(browser, { ledgers: [crowded(300)] });
    const { page } = session;
    await page.locator('.bar').focus();
    await page.keyboard.press('Home');
    expect(await chosenRow(page)).toMatch(/\/job-/);
    const count = await page.locator('.segment').count();
    expect(count).toBeLessThan(160);
    const more = page.locator('.segment', { hasText: 'more' }).first();
    const at = Number(/\d+$/.exec((await more.getAttribute('id')) ?? '')?.[0]);
    for (let press = 0; press < at; press += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('more in').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.row.chosen').waitFor();
  });

  it('one sees where the focus is, everywhere', async () => {
    await using session = await visit(browser, { ledgers: [ordinary(), crowded(3)] });
    const { page } = session;
    const seen = new Set<string>();
    for (let press = 0; press < 24; press += 1) {
      await page.keyboard.press('Tab');
      const [name, visible] = await page.evaluate<[string, boolean]>(`(() => {
        const element = document.activeElement;
        if (element === document.body) return ['body', true];
        const outlined = (one) => getComputedStyle(one).outlineStyle !== 'none';
        const name = element.ariaLabel || element.id || element.textContent.trim();
        return [name, outlined(element) || [...element.querySelectorAll('.row.chosen')].some(outlined)];
      })()`);
      seen.add(name);
      expect([name, visible]).toEqual([name, true]);
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['Holders of Host memory', 'Who holds Host memory', '10 min']),
    );
  });
});

describe('many rows', () => {
  it('5,000 processes scroll with a few dozen in the document', async () => {
    await using session = await visit(browser, { ledgers: [huge(5000)], hash: '#/?q=worker' });
    const { page } = session;
    await page.getByText('5000 of').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('End');
    await page.keyboard.press('k');
    await page.locator('.row.chosen').waitFor();
    expect(await page.locator('.row').count()).toBeLessThan(120);
    const index = Number(await page.locator('.row.chosen').getAttribute('aria-rowindex'));
    expect(index).toBeGreaterThan(4990);
    await page.keyboard.press('Home');
    await page.locator('.row[aria-rowindex="2"]').waitFor();
  });

  it('a hundred samples in a row leave the page as large as before', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page, server } = session;
    const first = ordinary();
    const nodes = (): Promise<number> => page.evaluate('document.querySelectorAll("*").length');
    const before = await nodes();
    for (let sample = 1; sample <= 100; sample += 1)
      server.publish({ ...first, takenAtMs: first.takenAtMs + sample * 1000 });
    const last = new Date(first.takenAtMs + 100_000).toISOString();
    await page.locator(`time[datetime="${last}"]`).waitFor();
    expect(Math.abs((await nodes()) - before)).toBeLessThan(20);
  });
});

describe('names that mean harm', () => {
  it('are shown, whole where asked for, and do nothing', async () => {
    await using session = await visit(browser, { ledgers: [hostile()], height: 1600 });
    const { page } = session;
    await page.keyboard.press('Escape');
    await page.evaluate(`window.harmed = false; window.alert = () => { window.harmed = true; }`);
    for (let pid = 6600; pid < 6600 + HOSTILE_NAMES.length; pid += 1) {
      await page.keyboard.press('/');
      await page.keyboard.press('Control+A');
      await page.keyboard.type(String(pid));
      await page.locator('.pid', { hasText: String(pid) }).waitFor();
    }
    const body = await page.evaluate<string>('document.body.innerText');
    expect(body).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(await page.evaluate('window.harmed')).toBe(false);
    const wide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
    expect(wide).toBe(false);
    expect(session.errors).toEqual([]);
  });

  it('of 3,000 characters are whole in the sheet', async () => {
    await using session = await visit(browser, { ledgers: [hostile()], hash: '#/?q=6602' });
    const { page } = session;
    await page.locator('.row', { hasText: '6602' }).last().click();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('the fixture').waitFor();
    expect(await page.getByRole('dialog').textContent()).toContain(`${'a'.repeat(2000)}${'語'.repeat(1000)}`);
  });
});
