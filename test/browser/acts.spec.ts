/* What a person may do from the page: pause, resume, reset, clean up by hand; by mouse and keyboard, and refused. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.js';
import { ordinary } from './fixture/ledgers.js';
import { processOf } from './fixture/objects.js';
import { records } from './fixture/records.js';
import { expectShown, visit, type Session, type Visit } from './session.js';

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

describe('mode and pause', () => {
  it('p asks, pauses with a reason, says who and since when, and resumes', async () => {
    await using session = await busy();
    const { page, server } = session;
    await expectShown(page.locator('.mode.on'));
    await page.keyboard.press('p');
    await expectShown(page.getByRole('dialog', { name: 'Pause all acts?' }));
    await page.keyboard.type('driver update');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(server.records.posted).toEqual([
      { path: '/pause', type: 'application/json', body: { reason: 'driver update' } },
    ]);
    await expectShown(page.getByRole('button', { name: 'Paused 11:02, resume' }));
    await expectShown(page.locator('.mode.paused'));
    await page.keyboard.press('p');
    await expectShown(page.getByRole('dialog').getByText('driver update'));
    await page.keyboard.press('Enter');
    await expectShown(page.getByRole('button', { name: 'Pause acts' }));
  });

  it('Esc pauses nothing, and the focus goes back to where it was', async () => {
    await using session = await busy();
    const { page, server } = session;
    await page.getByRole('button', { name: 'Pause acts' }).focus();
    await page.keyboard.press('Enter');
    await expectShown(page.getByRole('dialog'));
    for (let press = 0; press < 6; press += 1) {
      await page.keyboard.press('Tab');
      expect(
        await page.evaluate(
          `document.activeElement === document.body || document.activeElement.closest('dialog') !== null`,
        ),
      ).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.className')).toContain('pause');
    expect(server.records.posted).toEqual([]);
  });

  it('a pause that is refused is said in the dialog, and nothing pretends', async () => {
    await using session = await busy();
    const { page, server } = session;
    await page.keyboard.press('p');
    server.failures.set('/pause', { status: 503, detail: 'The store does not take writes.' });
    await page.getByRole('button', { name: 'Pause acts' }).last().click();
    await expectShown(
      page.getByRole('dialog').getByText('The store does not take writes.', { exact: false }),
    );
    expect(await page.locator('.pause.paused').count()).toBe(0);
  });

  it('without the link it says what works instead', async () => {
    await using session = await busy();
    const { page, server } = session;
    await server.down();
    await expectShown(page.locator('.pause.unlinked'));
    await page.keyboard.press('p');
    await expectShown(page.getByRole('dialog').getByText('memwarden stop --remove'));
  });

  it('says who allows how much, and resets an open breaker', async () => {
    await using session = await busy();
    const { page, server } = session;
    server.records.putMode({
      effective: 'Observe',
      acts: 'Off',
      levels: [{ level: 'breaker', mode: 'Observe', reason: 'Open: 3 acts freed nothing' }],
      breaker: { open: true, reason: '3 acts freed nothing', since: '2026-11-21T10:30:00Z' },
      nodes: [{ node: 'gpu-17', mode: 'Observe', reason: 'a stop file is there' }],
    });
    await expectShown(
      page.getByRole('alert').getByText('The breaker opened at 10:30:00 UTC', { exact: false }),
    );
    await page.getByRole('button', { name: 'Show why' }).click();
    await expectShown(page.getByRole('dialog').getByText('a stop file is there'));
    await page.getByRole('button', { name: 'Reset the breaker' }).click();
    await page.locator('.need', { hasText: 'breaker' }).waitFor({ state: 'detached' });
    expect(server.records.posted.map((one) => one.path)).toEqual(['/breaker:reset']);
  });
});

describe('by hand', () => {
  it('of a chosen row: says what is sent, sends it once, follows it, takes it back', async () => {
    const { pid, id: holder } = processOf(LEDGER, 'jupyter-lab');
    await using session = await busy({ hash: `#/?q=${pid}` });
    const { page, server } = session;
    await page.locator('.row', { hasText: 'jupyter-lab' }).last().click();
    await page.getByRole('button', { name: 'Clean up by hand' }).click();
    await page.getByRole('dialog').locator('select').first().selectOption('SIGUSR1');
    await expectShown(page.getByRole('dialog').getByText('Sent: SIGUSR1 to process', { exact: false }));
    await page.getByLabel('Why, for the record').fill('before the batch');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(server.records.posted).toMatchObject([
      {
        path: '/cleanups',
        type: 'application/json',
        body: { target: { node: 'gpu-17', holder }, reason: 'before the batch' },
      },
    ]);
    await expectShown(page.locator('[data-outcome=UnderWay] .details').getByText('by-hand-new'));
    await page.locator('.details').getByRole('button', { name: 'Cancel' }).click();
    await expectShown(page.getByText('Cancelling: no further step will be sent.'));
    expect(session.errors).toEqual([]);
  });

  it('that is not accepted says each problem and stays', async () => {
    await using session = await busy();
    const { page, server } = session;
    server.records.refusal = [{ path: 'target.holder', message: 'this row is of a system service' }];
    await page.locator('.row', { hasText: 'ssh.service' }).click();
    await page.getByRole('button', { name: 'Clean up by hand' }).click();
    await page.getByRole('button', { name: 'Ask it to clean up' }).click();
    await expectShown(page.getByRole('dialog').getByText('target.holder: this row is of a system service'));
  });

  it('without a row, or of nobody, says what to choose', async () => {
    await using session = await busy();
    const { page, server } = session;
    await page.getByRole('button', { name: 'Clean up by hand' }).click();
    await expectShown(page.getByRole('dialog').getByText('Choose a row first', { exact: false }));
    await page.keyboard.press('Escape');
    await page.locator('.row', { hasText: 'reserved' }).last().click();
    await page.getByRole('button', { name: 'Clean up by hand' }).click();
    await expectShown(
      page.getByRole('dialog').getByText('no process and no single cgroup', { exact: false }),
    );
    expect(server.records.posted).toEqual([]);
  });
});
