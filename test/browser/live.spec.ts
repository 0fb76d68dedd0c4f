/* The page over time: samples coming, the link going, answers failing, several nodes. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.js';
import { crowded, ordinary, TAKEN_AT_MS } from './fixture/ledgers.js';
import { chosenRow, expectShown, until, visit } from './session.js';

jest.setTimeout(60_000);

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

const isoAfter = (seconds: number): string => new Date(TAKEN_AT_MS + seconds * 1000).toISOString();

describe('live', () => {
  it('a sample is painted, and says so, without being asked for', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page, server } = session;
    server.publish(ordinary(TAKEN_AT_MS + 5000));
    await expectShown(page.locator(`time[datetime="${isoAfter(5)}"]`));
    const marks = `performance.getEntriesByName('memwarden:painted').map((mark) => mark.detail.takenAt)`;
    await until(page, `${marks}.length >= 2`);
    expect(await page.evaluate(marks)).toEqual(expect.arrayContaining([TAKEN_AT_MS, TAKEN_AT_MS + 5000]));
  });

  it('what was chosen stays chosen, and the focus stays where it was', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page, server } = session;
    for (const key of ['j', 'j', 'j']) await page.keyboard.press(key);
    const before = await chosenRow(page);
    server.publish(ordinary(TAKEN_AT_MS + 5000));
    await expectShown(page.locator(`time[datetime="${isoAfter(5)}"]`));
    expect(await chosenRow(page)).toBe(before);
    expect(await page.evaluate('document.activeElement.id')).toBe('row-grid');
  });

  it('the link lost: old figures stay, the page says since when, and comes back by itself', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page, server } = session;
    await server.down();
    await expectShown(page.getByText('Link to the controller lost'));
    await expectShown(page.getByText('Shown as of 11:02:03 UTC', { exact: false }));
    expect(await page.locator('.row').count()).toBeGreaterThan(5);
    expect(await page.locator('.page.dim').count()).toBe(1);
    await server.up();
    server.ledgers = [ordinary(TAKEN_AT_MS + 9000)];
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('Link to the controller lost').waitFor({ state: 'detached' });
    await expectShown(page.locator(`time[datetime="${isoAfter(9)}"]`));
  });

  it('the controller answering 500: the last figures stay, with its words, until it recovers', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page, server } = session;
    server.failures.set('/nodes/', { status: 500, detail: 'Redis does not answer: it is restarted.' });
    server.publish(ordinary(TAKEN_AT_MS + 5000));
    await expectShown(page.getByText('Redis does not answer', { exact: false }));
    expect(await page.locator('.row').count()).toBeGreaterThan(5);
    server.failures.clear();
    await expectShown(page.locator(`time[datetime="${isoAfter(5)}"]`));
    await page.getByText('Redis does not answer', { exact: false }).waitFor({ state: 'detached' });
  });

  it('a silent agent is named, with the time of what is shown', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()], atMs: TAKEN_AT_MS + 41_000 });
    await expectShown(session.page.getByText('gpu-17 is silent'));
    await expectShown(session.page.getByText('for 41 s. Shown as of 11:02:03 UTC', { exact: false }));
  });
});

describe('nothing to show', () => {
  it('no node: says what would show', async () => {
    await using session = await visit(browser, { ledgers: [], bare: true });
    await expectShown(session.page.getByRole('heading', { name: 'No node yet' }));
    session.server.publish(ordinary());
    await expectShown(session.page.locator('.row').first());
  });

  it('not signed in: says how', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()], bare: true, hash: '#/nodes/gpu-17' });
    const { page, server } = session;
    server.failures.set('/', { status: 401, detail: 'No token.' });
    await page.reload();
    await expectShown(page.getByRole('heading', { name: 'This page needs its token' }));
  });

  it('an answer that is slow: outlines, after a moment', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    session.server.stalls.add('/nodes/');
    await session.page.reload();
    await expectShown(session.page.getByLabel('Loading'));
  });

  it('an unknown node: says that the controller has none', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()], bare: true, hash: '#/nodes/gone-1' });
    await expectShown(session.page.getByRole('heading', { name: 'No ledger of gone-1' }));
  });
});

describe('the address', () => {
  it('brings back everything that was chosen', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    const { page } = session;
    for (const key of ['j', 'j', 'j', 'ArrowRight', 's', 's', 'b', 't']) await page.keyboard.press(key);
    await page.getByRole('button', { name: '24 h' }).click();
    await until(page, `location.hash.includes('range=24h')`);
    const chosen = await chosenRow(page);
    await page.reload();
    await expectShown(page.locator('.row.chosen'));
    expect(await chosenRow(page)).toBe(chosen);
    expect(await page.locator('[aria-sort]').textContent()).toContain('anon');
    expect(await page.locator('.row.chosen').getAttribute('aria-expanded')).toBe('true');
    expect(await page.getByRole('button', { name: '24 h' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await page.locator('.page.exact').count()).toBe(1);
  });

  it('leads from node to node, and Back leads back', async () => {
    await using session = await visit(browser, { ledgers: [ordinary(), crowded(3)] });
    const { page } = session;
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.keyboard.type('42');
    await page.keyboard.press('Enter');
    await until(page, `location.hash.startsWith('#/nodes/gpu-42')`);
    await expectShown(page.locator('.row', { hasText: 'job-' }).first());
    await page.goBack();
    await expectShown(page.locator('.row', { hasText: 'pretrain-7b-0' }));
  });

  it('does not keep the token', async () => {
    await using session = await visit(browser, { ledgers: [ordinary()] });
    await session.page.goto(`${session.server.url}?token=secret`);
    await expectShown(session.page.locator('.row').first());
    expect(session.page.url()).not.toContain('secret');
  });
});
