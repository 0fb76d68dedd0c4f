/* How the page looks, in every layout, light and dark, and in trouble. Fixed data, fixed clock. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { NodeLedger } from '#contracts/ledger';
import { open, startChromium, type Look } from './chromium.js';
import { crowded, hostile, huge, ordinary, TAKEN_AT_MS } from './fixture/ledgers.js';
import { records } from './fixture/records.js';
import { FixtureServer } from './fixture/server.js';
import { compare } from './pictures.js';

const NOW_MS = TAKEN_AT_MS + 1_800;
const PHONE = { width: 360, height: 740, touch: true };
const DESK = { width: 1440, height: 900 };
const TALL = { width: 1440, height: 1640 };
const WALL = { width: 3840, height: 2160 };

interface Case {
  readonly name: string;
  readonly look: Look;
  readonly ledgers?: readonly NodeLedger[];
  readonly hash?: string;
  /** With findings, cleanups and policies, of the first ledger. */
  readonly isBusy?: boolean;
  /** Only this of the page. */
  readonly part?: string;
  readonly break?: (server: FixtureServer) => void;
  readonly then?: (page: Page, server: FixtureServer) => Promise<void>;
  readonly waitFor?: string;
}

const CASES: readonly Case[] = [
  { name: 'desk-light', look: DESK },
  { name: 'desk-dark', look: { ...DESK, dark: true } },
  { name: 'desk-exact', look: DESK, hash: '#/?exact=1' },
  { name: 'desk-crowded', look: DESK, ledgers: [crowded(300)] },
  { name: 'desk-huge-dark', look: { ...DESK, dark: true }, ledgers: [huge(5000)] },
  { name: 'desk-hostile', look: DESK, ledgers: [hostile()] },
  { name: 'desk-filter', look: DESK, hash: '#/?q=python' },
  { name: 'desk-chosen', look: DESK, then: chooseRanker },
  { name: 'desk-source', look: DESK, then: askSource },
  { name: 'desk-lost', look: DESK, then: loseLink },
  { name: 'desk-empty', look: DESK, ledgers: [], waitFor: '.words-block' },
  {
    name: 'desk-broken-dark',
    look: { ...DESK, dark: true },
    break: (server) =>
      server.failures.set('/nodes/', { status: 500, detail: 'Redis does not answer: it is restarted.' }),
    waitFor: '.words-block',
  },
  { name: 'tablet-light', look: { width: 900, height: 1100 } },
  { name: 'done-desk', look: DESK, isBusy: true, waitFor: '.entry' },
  { name: 'done-desk-dark-paused', look: { ...DESK, dark: true }, isBusy: true, then: pauseAndAsk },
  { name: 'done-finding', look: DESK, isBusy: true, part: '.done', then: showEvidence },
  {
    name: 'done-all-dark',
    look: { ...TALL, dark: true },
    isBusy: true,
    part: '.done',
    hash: '#/?open=pressure-64-1',
    then: scrollToTop,
    waitFor: '.details',
  },
  {
    name: 'done-policies',
    look: TALL,
    isBusy: true,
    part: '.done',
    hash: '#/?done=policies&open=orphans',
    waitFor: '.details',
  },
  { name: 'done-mode', look: DESK, isBusy: true, part: '.popover', then: openMode },
  { name: 'done-by-hand', look: DESK, isBusy: true, part: '.dialog', then: openByHand },
  { name: 'done-wall', look: WALL, isBusy: true, hash: '#/?open=pressure-64-1', waitFor: '.details' },
  { name: 'done-tablet', look: { width: 900, height: 1100 }, isBusy: true, part: '.done', waitFor: '.entry' },
  { name: 'done-phone', look: PHONE, isBusy: true, hash: '#/?question=done', waitFor: '.entry' },
  {
    name: 'done-phone-dark-finding',
    look: { ...PHONE, dark: true },
    isBusy: true,
    hash: '#/?question=done&done=findings&open=pressure-7f3c9a12',
    waitFor: '.details',
  },
  { name: 'done-phone-by-hand', look: PHONE, isBusy: true, then: openByHandOnPhone },
  { name: 'phone-light', look: PHONE },
  { name: 'phone-history', look: PHONE, then: showHistory },
  { name: 'phone-source-dark', look: { ...PHONE, dark: true }, then: askSource },
  { name: 'phone-dark-crowded', look: { ...PHONE, dark: true }, ledgers: [crowded(300)] },
  { name: 'wall-light', look: WALL, then: chooseRanker },
  { name: 'wall-dark', look: { ...WALL, dark: true }, ledgers: [crowded(300)] },
];

async function chooseRanker(page: Page): Promise<void> {
  await page.getByRole('row').filter({ hasText: 'ranker-0' }).first().click();
  await page.getByRole('grid').or(page.getByRole('treegrid')).focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('.row.chosen[aria-expanded=true]').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.locator('.key-limit').waitFor();
  await page.locator('.chart canvas').waitFor();
  // Where nothing is: no row looks pointed at.
  await page.mouse.move(0, 0);
}

async function showHistory(page: Page): Promise<void> {
  await page.locator('.row', { hasText: 'llama-70b-0' }).click();
  await page.getByRole('navigation').getByRole('button', { name: 'History' }).click();
  await page.locator('.chart-note').waitFor();
}

async function askSource(page: Page): Promise<void> {
  await page.locator('.row', { hasText: 'llama-70b-0' }).locator('.c-total .source-button').click();
  await page.getByRole('dialog').getByText('the fixture').waitFor();
}

async function showEvidence(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show evidence' }).click();
  await page.locator('.details').waitFor();
  await page.locator('.row.chosen').waitFor();
  await page.mouse.move(0, 0);
}

async function scrollToTop(page: Page): Promise<void> {
  await page.evaluate(`document.querySelector('.list-frame').scrollTop = 0`);
}

async function openByHandOnPhone(page: Page): Promise<void> {
  await page.locator('.row', { hasText: 'ranker-0' }).first().click();
  await page.getByRole('navigation').getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Clean up by hand' }).click();
  await page.getByRole('dialog').getByText('Measured again').first().waitFor();
}

async function openMode(page: Page): Promise<void> {
  await page.locator('.mode').click();
  await page.getByRole('dialog').getByText('The least of').waitFor();
}

async function openByHand(page: Page): Promise<void> {
  await page.locator('.row', { hasText: 'ranker-0' }).first().click();
  await page.getByRole('button', { name: 'Clean up by hand' }).click();
  await page.getByRole('dialog').getByText('Measured again').first().waitFor();
}

async function pauseAndAsk(page: Page, server: FixtureServer): Promise<void> {
  server.records.putMode({
    pause: { by: 'local user', at: '2026-11-21T10:52:05.000Z', reason: 'Driver update on all nodes' },
    acts: 'Off',
    effective: 'Observe',
  });
  await page.locator('.pause.paused').waitFor();
  await page.keyboard.press('p');
  await page.getByRole('dialog').getByText('Driver update').waitFor();
}

async function loseLink(page: Page, server: FixtureServer): Promise<void> {
  await server.down();
  await page.getByText('Link to the controller lost').waitFor();
}

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

jest.setTimeout(60_000);

describe('the page looks as it should', () => {
  it.each(CASES)('$name', async ({ name, look, ledgers, hash, ...rest }) => {
    const shown = ledgers ?? [ordinary()];
    await using server = await FixtureServer.start(...shown);
    if (rest.isBusy === true && shown[0] !== undefined) server.records.set(records(shown[0]));
    rest.break?.(server);
    await using opened = await open(browser, server.url + (hash ?? ''), { ...look, atMs: NOW_MS });
    const { page } = opened;
    await page
      .locator(rest.waitFor ?? (look.width === PHONE.width ? '.row' : '.chart canvas'))
      .first()
      .waitFor({ state: 'attached' });
    await rest.then?.(page, server);
    const comparison = await compare(page, name, rest.part);
    expect(comparison).toMatchObject({ agrees: true });
  });
});
