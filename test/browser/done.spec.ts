/* "What was done?" in a browser: the time line, findings and policies, by mouse and keyboard, and over time. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { GIB } from '#contracts/units';
import { startChromium } from './chromium.js';
import { ordinary } from './fixture/ledgers.js';
import { cleanup, finding, measuredNow, NO_RECORDS, processOf, step, targetOf } from './fixture/objects.js';
import { manyCleanups, manyFindings, records } from './fixture/records.js';
import { chosenRow, expectShown, until, visit, type Session, type Visit } from './session.js';

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

const entry = (page: Page, text: string): ReturnType<Page['locator']> =>
  page.locator('.entry', { hasText: text });
const focused = `document.activeElement?.dataset?.stop ?? document.activeElement?.id`;

describe('the time line', () => {
  it('has every outcome by its word, newest first, and folds what is alike', async () => {
    await using session = await busy({ height: 1900 });
    const { page } = session;
    await expectShown(page.locator('.entry'));
    await page.locator('.entry').nth(10).waitFor();
    const words = await page.locator('.entry .entry-title b').allTextContents();
    expect(words).toEqual([
      'Under way',
      'Freed',
      'Refused',
      'Ineffective',
      'Unknown',
      'Would have',
      'Refused',
      'Cancelled',
      'Expired',
      'Target gone',
      'Freed',
    ]);
    await page.getByRole('button', { name: '6 more alike' }).click();
    await until(page, `document.querySelectorAll('.entry').length === 17`);
    expect(await page.locator('[data-outcome=Unknown] .entry-delta').textContent()).toBe('? GiB');
    expect(session.errors).toEqual([]);
  });

  it('opens an entry to its steps, leads to its row and finding, and the address says so', async () => {
    await using session = await busy();
    const { page } = session;
    await entry(page, 'Freed').first().getByRole('button').first().click();
    await expectShown(page.locator('.details').getByText('21.7 GiB at', { exact: false }));
    await until(page, `location.hash.includes('open=pressure-0a77c2d4-1')`);
    await page.getByRole('button', { name: 'Show its row' }).click();
    expect(await chosenRow(page)).toBe('jupyter-lab');
    await page.getByRole('button', { name: 'The finding' }).click();
    await expectShown(page.locator('[data-stage=Closed] .details'));
    await until(page, `location.hash.includes('done=findings')`);
    await page.reload();
    await expectShown(page.locator('[data-stage=Closed] .details'));
    expect(await chosenRow(page)).toBe('jupyter-lab');
  });

  it('1,000 entries scroll with a few in the document, and the keys reach the last', async () => {
    await using session = await busy({
      records: { ...NO_RECORDS, cleanups: manyCleanups(LEDGER, 1000) },
    });
    const { page } = session;
    await expectShown(page.locator('.entry'));
    expect(await page.locator('.entry').count()).toBeLessThan(40);
    await page.keyboard.press('3');
    await until(page, `${focused} === 'pressure-many-0'`);
    await page.keyboard.press('j');
    await until(page, `${focused} === 'pressure-many-1'`);
    await page.keyboard.press('End');
    await until(page, `${focused} === 'pressure-many-999'`);
    await page.keyboard.press('ArrowUp');
    await until(page, `${focused} === 'pressure-many-998'`);
    await page.keyboard.press('Enter');
    await expectShown(page.locator('.details'));
    await page.keyboard.press('Escape');
    await page.locator('.details').waitFor({ state: 'detached' });
    expect(await page.locator('.entry').count()).toBeLessThan(40);
  });

  it('an entry of the chosen row is marked', async () => {
    const pid = processOf(LEDGER, 'jupyter-lab').pid;
    await using session = await busy({ hash: `#/?q=${pid}` });
    const { page } = session;
    await page.locator('.row', { hasText: 'jupyter-lab' }).last().click();
    await expectShown(page.locator('.entry.chosen[data-outcome=Freed]'));
  });

  it('follows a cleanup to its outcome by itself', async () => {
    await using session = await busy();
    const { page, server } = session;
    await expectShown(page.locator('[data-outcome=UnderWay]'));
    const target = targetOf(LEDGER, processOf(LEDGER, 'tritonserver'));
    const steps = [step(0, { outcome: 'Freed', before: measuredNow(8.4), after: measuredNow(2.4) })];
    server.records.putCleanup(
      cleanup({
        name: 'by-hand-1',
        target,
        minutes: 0,
        policy: null,
        reason: 'Freed',
        freedBytes: 6 * GIB,
        steps,
      }),
    );
    await page.locator('[data-outcome=UnderWay]').waitFor({ state: 'detached' });
    await expectShown(page.getByText('−6.0 GiB'));
    // One object changed: one object is read.
    expect(server.asked.filter((path) => path.startsWith('/cleanups?'))).toHaveLength(1);
    expect(server.asked).toContain('/cleanups/by-hand-1');
  });
});

describe('findings', () => {
  it('the banner leads to the evidence; row, segment and history go along', async () => {
    await using session = await busy();
    const { page } = session;
    await expectShown(page.getByRole('alert').getByText('Its policy only observes.'));
    await page.getByRole('button', { name: 'Show evidence' }).click();
    await expectShown(
      page.locator('.details').getByText('of the limit is not reclaimable', { exact: false }),
    );
    await expectShown(page.locator('.row.chosen .tag.urgent'));
    await expectShown(page.locator('.segment.chosen, .segment[aria-selected=true]'));
    expect(await page.locator('#chosen-title').textContent()).toBe(await chosenRow(page));
  });

  it('a new one shows at once, with a tag at its row, and needs nobody while it is suspected', async () => {
    await using session = await visit(browser, {
      ledgers: [LEDGER],
      records: { ...records(LEDGER), findings: [] },
    });
    const { page, server } = session;
    await page.getByRole('button', { name: 'Findings' }).click();
    await expectShown(page.getByText('Nothing was found.'));
    expect(await page.locator('.need').count()).toBe(0);
    const target = targetOf(LEDGER, processOf(LEDGER, 'jupyter-lab'));
    const spec = { name: 'pressure-new', target, bytes: 9 * GIB, limitBytes: 10 * GIB };
    server.records.putFinding(finding({ ...spec, stage: 'Suspected' }));
    await expectShown(page.locator('[data-stage=Suspected]'));
    await expectShown(page.locator('.row .tag', { hasText: '1 finding' }));
    expect(await page.locator('.need').count()).toBe(0);
    server.records.putFinding(finding(spec));
    await expectShown(page.locator('.need'));
    await expectShown(page.locator('.row .tag.urgent'));
  });

  it('10,000 are read page by page, scroll, and leave the page quick', async () => {
    await using session = await busy({
      records: { ...NO_RECORDS, findings: manyFindings(LEDGER, 10_000) },
      hash: '#/?done=findings',
    });
    const { page, server } = session;
    await expectShown(page.getByRole('button', { name: 'Findings 10,000' }));
    expect(server.asked.filter((path) => path.startsWith('/findings?'))).toHaveLength(10);
    expect(await page.locator('.entry').count()).toBeLessThan(40);
    await page.keyboard.press('3');
    await until(page, `${focused} === 'pressure-9999'`);
    await page.keyboard.press('End');
    await until(page, `document.activeElement.closest('[role=listitem]')?.ariaPosInSet === '10000'`);
    const marks = `performance.getEntriesByName('memwarden:painted').length`;
    const before = await page.evaluate<number>(marks);
    server.publish(ordinary(LEDGER.takenAtMs + 5000));
    await until(page, `${marks} > ${before}`);
  });
});

describe('policies', () => {
  it('say what they rule, and what is wrong with the one that is not accepted', async () => {
    await using session = await busy({ hash: '#/?done=policies&open=orphans' });
    const { page } = session;
    await expectShown(page.locator('.problems').getByText('Orphan is not supported', { exact: false }));
    await expectShown(page.locator('.details').getByText('/etc/memwarden/policies/orphans.yaml'));
    await expectShown(
      entry(page, 'give-back-caches').getByText('2 targets shadowed by training-pressure', { exact: false }),
    );
    expect(await page.locator('.entry').first().getAttribute('data-policy')).toBe('Rejected');
  });
});
