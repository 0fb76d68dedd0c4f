/*
 * One server and one page to look at it with, for one test; and how to read what is on the page.
 */
import type { Browser, Locator, Page } from 'playwright-core';
import { Stalled } from '#contracts/errors';
import type { NodeLedger } from '#contracts/ledger';
import { open, type Look, type Opened } from './chromium.js';
import type { Records } from './fixture/objects.js';
import { FixtureServer } from './fixture/server.js';

export interface Session extends AsyncDisposable {
  readonly server: FixtureServer;
  readonly page: Page;
  readonly errors: readonly string[];
}

export interface Visit extends Look {
  readonly hash?: string;
  readonly ledgers: readonly NodeLedger[];
  readonly records?: Records;
  /** Not waited for a first row: there will be none. */
  readonly bare?: boolean;
}

export async function visit(
  browser: Browser,
  { hash = '', ledgers, records, bare = false, ...look }: Visit,
): Promise<Session> {
  const server = await FixtureServer.start(...ledgers);
  if (records !== undefined) server.records.set(records);
  let opened: Opened | undefined;
  try {
    opened = await open(browser, server.url + hash, look);
    if (!bare) await opened.page.locator('.row').first().waitFor();
    return session(server, opened);
  } catch (error) {
    await opened?.[Symbol.asyncDispose]();
    await server.down();
    throw error;
  }
}

function session(server: FixtureServer, opened: Opened): Session {
  return {
    server,
    page: opened.page,
    errors: opened.errors,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The names of the rows on screen, top to bottom. */
export async function rowNames(page: Page): Promise<readonly string[]> {
  const script = `[...document.querySelectorAll('.row')]
    .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
    .map((row) => row.querySelector('.name').textContent)`;
  return page.evaluate(script);
}

/** A number on screen, to the byte: "−1,021 B" is −1021. */
export function bytesOf(text: string): number {
  return Number(text.replaceAll(/[^\d\u2212]/g, '').replace('\u2212', '-'));
}

export async function chosenRow(page: Page): Promise<string | null> {
  const row = page.locator('.row.chosen .name');
  return (await row.count()) === 0 ? null : row.textContent();
}

/** @throws {TimeoutError} of playwright, where it does not come on screen */
export async function expectShown(what: Locator): Promise<void> {
  await what.first().waitFor();
}

const PATIENCE_MS = 15_000;

/**
 * Looks once a frame. Not waitForFunction, which the page's content security policy forbids: it evaluates in the page.
 * @throws {Stalled} where it does not come true
 */
export async function until(page: Page, condition: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await page.evaluate<boolean>(condition))) {
    if (performance.now() > deadline) throw new Stalled(`This did not come true: ${condition}`);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}
