/*
 * Questions about history and their answers ↔ messages.
 */
import { InvalidValue } from '#contracts/errors';
import type { Block, SeriesHistory, SeriesRef } from '#contracts/series';
import { bytes } from '#contracts/units';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { quantities } from './wire-enums.js';
import { wholeNumber } from './wire-row.js';

/** What an answer may hold; above it the answer is refused. */
const MAX_SERIES = 50_000;
const MAX_BLOCKS = 200_000;

export function seriesToWire(series: SeriesRef): wire.SeriesRef {
  return {
    id: series.id,
    device: series.device,
    holder: series.holder ?? undefined,
    quantity: quantities.toWire(series.quantity),
    name: series.name,
    firstAtMs: series.firstAtMs,
    lastAtMs: series.lastAtMs,
    lastBytes: series.lastBytes,
    limitBytes: series.limitBytes ?? undefined,
  };
}

/** @throws {InvalidValue} */
function seriesFromWire(series: wire.SeriesRef, node: string): SeriesRef {
  return {
    id: series.id,
    node,
    device: series.device,
    holder: series.holder ?? null,
    quantity: quantities.toWord(series.quantity),
    name: series.name,
    firstAtMs: wholeNumber(series.firstAtMs),
    lastAtMs: wholeNumber(series.lastAtMs),
    lastBytes: finite(series.lastBytes),
    limitBytes: series.limitBytes === undefined ? null : bytes(series.limitBytes),
  };
}

/** @throws {InvalidValue} */
export function seriesListFromWire(list: wire.SeriesList, node: string): readonly SeriesRef[] {
  if (list.items.length > MAX_SERIES)
    throw new InvalidValue(`${list.items.length} series; at most ${MAX_SERIES}.`);
  return list.items.map((series) => seriesFromWire(series, node));
}

export function historyToWire({ series, blocks }: SeriesHistory): wire.SeriesHistory {
  return {
    series: seriesToWire(series),
    startMs: blocks.map((block) => block.startMs),
    endMs: blocks.map((block) => block.endMs),
    min: blocks.map((block) => block.min),
    mean: blocks.map((block) => block.mean),
    max: blocks.map((block) => block.max),
  };
}

/** @throws {InvalidValue} */
export function historyFromWire(history: wire.SeriesHistory, node: string): SeriesHistory {
  if (history.series === undefined) throw new InvalidValue('A history without its series.');
  if (history.startMs.length > MAX_BLOCKS)
    throw new InvalidValue(`${history.startMs.length} blocks; at most ${MAX_BLOCKS}.`);
  return { series: seriesFromWire(history.series, node), blocks: blocksFromWire(history) };
}

function blocksFromWire({ startMs, endMs, min, mean, max }: wire.SeriesHistory): readonly Block[] {
  return startMs.map((start, i) => ({
    startMs: wholeNumber(start),
    endMs: wholeNumber(finite(endMs[i])),
    min: finite(min[i]),
    mean: finite(mean[i]),
    max: finite(max[i]),
  }));
}

function finite(value: number | undefined): number {
  if (value === undefined || !Number.isFinite(value)) throw new InvalidValue(`Not a number: ${value}.`);
  return value;
}
