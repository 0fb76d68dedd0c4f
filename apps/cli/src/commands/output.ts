/*
 * How the commands print: lines for people as wide as the terminal, or JSON as it was answered.
 */
import { systemClock } from '#contracts/clock';
import type { OutputFlags } from '../backend/flags.js';
import type { ViewOptions } from '../objects/view-options.js';

/** Programs read whole lines: nothing is cut or wrapped for them. */
const COLUMNS_WITHOUT_TERMINAL = Number.MAX_SAFE_INTEGER;

export function viewOptions(
  given: Partial<OutputFlags> & { readonly allNamespaces?: boolean | undefined } = {},
): ViewOptions {
  const columns = process.stdout.isTTY ? process.stdout.columns : COLUMNS_WITHOUT_TERMINAL;
  const isWide = given.output === 'wide';
  return {
    columns: isWide ? COLUMNS_WITHOUT_TERMINAL : columns,
    nowMs: systemClock.nowMs(),
    isWide,
    withNamespace: given.allNamespaces === true,
  };
}

export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** To people only: it is no result. */
export function hint(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ends what goes on by itself. Exit status 0: it was asked to. */
export function interrupted(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.abort());
  return ended.signal;
}

/** @returns what to say when a number is none; true: it is fine */
export function limitProblem({ limit }: { readonly limit?: number | undefined }): true | string {
  return limit === undefined || (Number.isInteger(limit) && limit > 0) || '--limit: write a number from 1.';
}
