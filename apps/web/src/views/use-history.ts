/*
 * The history of what is chosen: which series it has, and the blocks of one of them over the range.
 * A quick walk through the rows asks for nothing until it rests.
 */
import { useEffect, useState } from 'react';
import type { Block, Quantity, SeriesRef } from '#contracts/series';
import type { Answer, Api } from '../data/api.js';
import type { Problem } from '../data/live.js';
import { RANGES, summedBlocks, type Range } from '../model/history.js';

export interface HistoryRequest {
  readonly node: string | null;
  readonly device: string;
  /** Rows to take together. Null: the device itself. */
  readonly holders: readonly string[] | null;
  readonly range: Range;
  readonly quantity: Quantity | null;
  /** The sample on screen: history is asked for up to it. NaN: none. */
  readonly takenAtMs: number;
}

export type History =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly problem: Problem }
  | {
      readonly kind: 'there';
      /** Of several rows: the one that began first. */
      readonly series: SeriesRef;
      /** How many rows it is the sum of. */
      readonly rows: number;
      readonly quantities: readonly Quantity[];
      readonly blocks: readonly Block[];
      readonly fromMs: number;
      readonly toMs: number;
    };

const REST_MS = 120;
const WAITING: History = { kind: 'waiting' };

interface Held {
  readonly subject: string;
  readonly history: History;
}

export function useHistory(api: Api, request: HistoryRequest): History {
  const { node, device, holders, range, quantity, takenAtMs } = request;
  const [held, setHeld] = useState<Held>({ subject: '', history: WAITING });
  const subject = JSON.stringify([node, device, holders, range, quantity]);
  // Asked for again as often as the range makes it worth it, not with every sample.
  const due = Number.isFinite(takenAtMs) ? Math.floor(takenAtMs / RANGES[range].refreshMs) : null;
  const fresh = held.subject === subject;
  useEffect(() => {
    if (node === null || due === null) return undefined;
    const ending = new AbortController();
    const toMs = (due + 1) * RANGES[range].refreshMs;
    const ask = async (): Promise<void> => {
      const wanted = { node, device, holders, quantity, fromMs: toMs - RANGES[range].ms, toMs };
      const history = await readHistory(api, wanted, ending.signal);
      if (!ending.signal.aborted) setHeld({ subject, history });
    };
    const timer = setTimeout(() => void ask(), fresh ? 0 : REST_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
    // `fresh` only says how long to rest first: it must not ask again by itself.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [api, subject, due]);
  return fresh ? held.history : WAITING;
}

interface Wanted {
  readonly node: string;
  readonly device: string;
  readonly holders: readonly string[] | null;
  readonly quantity: Quantity | null;
  readonly fromMs: number;
  readonly toMs: number;
}

async function readHistory(api: Api, wanted: Wanted, signal: AbortSignal): Promise<History> {
  const { node, device, fromMs, toMs } = wanted;
  const listed = await Promise.all(
    (wanted.holders ?? [null]).map((holder) => seriesOf(api, { node, device, holder }, signal)),
  );
  const failed = listed.find((answer) => !answer.ok);
  if (failed !== undefined) return failedOrNone(failed);
  const chosen = together(
    listed.map((answer) => (answer.ok ? answer.value : [])),
    wanted.quantity,
  );
  const [series] = chosen;
  if (series === undefined) return { kind: 'none' };
  const read = await Promise.all(
    chosen.map(({ id }) => api.history({ series: id, node, fromMs, toMs }, signal)),
  );
  const blocks = read.flatMap((answer) => (answer.ok ? [answer.value] : []));
  const unread = read.find((answer) => !answer.ok);
  // A sum that leaves out a row would be a wrong number, not an old one.
  if (unread !== undefined) return failedOrNone(unread);
  const quantities = quantitiesOf(listed.flatMap((answer) => (answer.ok ? answer.value : [])));
  return {
    kind: 'there',
    series,
    rows: chosen.length,
    quantities,
    blocks: summedBlocks(blocks),
    fromMs,
    toMs,
  };
}

async function seriesOf(
  api: Api,
  of: { node: string; device: string; holder: string | null },
  signal: AbortSignal,
): Promise<Answer<readonly SeriesRef[]>> {
  const answer = await api.series(of, signal);
  return answer.ok ? { ok: true, value: answer.value.filter((one) => one.holder === of.holder) } : answer;
}

/** One series a row, all of one quantity; the earliest first, since the sum begins with it. */
function together(
  listed: readonly (readonly SeriesRef[])[],
  quantity: Quantity | null,
): readonly SeriesRef[] {
  const wanted = preferred(listed.flat(), quantity)?.quantity ?? null;
  return listed
    .flatMap(
      (own) =>
        preferred(
          own.filter((one) => one.quantity === wanted),
          wanted,
        ) ?? [],
    )
    .toSorted((a, b) => a.firstAtMs - b.firstAtMs);
}

function failedOrNone(answer: Answer<unknown>): History {
  if (answer.ok || answer.problem.status === 404) return { kind: 'none' };
  return { kind: 'failed', problem: answer.problem };
}

const ORDER: readonly Quantity[] = ['bytes', 'growth', 'used', 'unattributed'];

function quantitiesOf(series: readonly SeriesRef[]): readonly Quantity[] {
  return ORDER.filter((quantity) => series.some((one) => one.quantity === quantity));
}

/** The newest incarnation of the quantity asked for, else of the first that there is. */
function preferred(series: readonly SeriesRef[], quantity: Quantity | null): SeriesRef | null {
  const newest = series.toSorted((a, b) => b.lastAtMs - a.lastAtMs);
  const wanted = [quantity, ...quantitiesOf(series)];
  for (const one of wanted) {
    const found = newest.find((candidate) => candidate.quantity === one);
    if (found !== undefined) return found;
  }
  return null;
}
