/*
 * latency.page: from the agent's reading of the kernel to the frame that shows it, in a real Chromium. The page marks
 * each painted sample with the time it was taken; both clocks are this machine's.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { Stalled } from '#contracts/errors';
import { result, type Figure, type SuiteResults, type SuiteRun } from '../harness/document.js';
import { LocalMode } from '../harness/local-mode.js';
import { bootstrap, quantile } from '../harness/statistics.js';
import type { Workspace } from '../harness/workspace.js';

const MARK = 'memwarden:painted';
const NAME = 'latency.page';
/** A page that paints nothing for so long is broken, not slow. */
const PATIENCE_MS = 30_000;
const POLL_MS = 1000;

const FIGURE: Figure = {
  name: NAME,
  metric: 'kernel read to painted, p99',
  unit: 'ms',
  better: 'lower',
  goal: 1000,
  note: 'a sample each second',
};

export async function pageLatency(run: SuiteRun): Promise<SuiteResults> {
  const browser = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(browser))
    return { results: [], leftOut: [{ name: NAME, why: `${browser} is not installed` }] };
  run.workspace.say(NAME);
  return await run.workspace.section(async (section) => {
    const page = await openPage(section, browser);
    const latencies = await collect(page, run.quick ? 30 : 600);
    const p99 = bootstrap(latencies, (values) => quantile(values, 0.99), run.random);
    return { results: [result(FIGURE, p99)], leftOut: [] };
  });
}

async function openPage(section: Workspace, executablePath: string): Promise<Page> {
  const local = section.use(await LocalMode.start(section, { flags: ['--sample-seconds', '1'] }));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  section.use({ [Symbol.asyncDispose]: () => browser.close() });
  const page = await browser.newPage();
  await page.goto(local.url);
  return page;
}

/** The first sample is what the page found when it came; only what comes after that is live. */
async function collect(page: Page, wanted: number): Promise<number[]> {
  const latencies = new Map<number, number>();
  let changed = performance.now();
  while (latencies.size < wanted + 1) {
    if (performance.now() - changed > PATIENCE_MS) throw new Stalled('The page paints no samples.');
    await pause(POLL_MS);
    for (const { takenAt, paintedAt } of await paintedIn(page)) {
      if (latencies.has(takenAt)) continue;
      latencies.set(takenAt, paintedAt - takenAt);
      changed = performance.now();
    }
  }
  return [...latencies.values()].slice(1);
}

/** A performance mark as the page has it; this side's types know only Node's own. */
interface PaintMark {
  readonly startTime: number;
  readonly detail: { readonly takenAt: number };
}

async function paintedIn(page: Page): Promise<{ takenAt: number; paintedAt: number }[]> {
  return await page.evaluate((mark) => {
    const marks = performance.getEntriesByName(mark) as unknown as readonly PaintMark[];
    return marks.map(({ startTime, detail }) => ({
      takenAt: detail.takenAt,
      paintedAt: performance.timeOrigin + startTime,
    }));
  }, MARK);
}
