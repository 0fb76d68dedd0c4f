/*
 * Every series' blocks, in one slab that is allocated once: CAPACITY series of 6,624 bytes, 6.3 MiB, whatever
 * comes and goes. When it is full, a new series takes the place of one whose holder is gone: first of those that
 * lived less than a minute, then of those gone longest. A series whose holder is there is never dropped: what the
 * ledger may ask for at one time (see observations.ts) is less than the capacity.
 */
import type { HistorySource, SeriesFilter, TimeRange } from '#contracts/report';
import type { SeriesHistory, SeriesRef } from '#contracts/series';
import type { Bytes } from '#contracts/units';
import { FLOATS_PER_SERIES } from './levels.js';
import type { Observation } from './observations.js';
import { Rings } from './rings.js';
import { seriesId } from './series-id.js';

export const CAPACITY = 1_000;
const SHORT_LIFE_MS = 60_000;

/** A series as it is kept: its reference, growing, and its rings. */
export interface Series {
  readonly id: string;
  readonly device: string;
  readonly holder: string | null;
  readonly quantity: SeriesRef['quantity'];
  readonly name: string;
  firstAtMs: number;
  lastAtMs: number;
  lastBytes: number;
  limitBytes: Bytes | null;
  readonly slot: number;
  readonly rings: Rings;
}

export type SeriesHead = Omit<Series, 'slot' | 'rings'>;

export class SeriesStore implements HistorySource {
  private readonly slab = new Float32Array(CAPACITY * FLOATS_PER_SERIES);
  private readonly free = Array.from({ length: CAPACITY }, (_, i) => CAPACITY - 1 - i);
  private readonly byId = new Map<string, Series>();
  /** What a subject's id is, to hash it once and not at every sample. */
  private readonly bySubject = new Map<string, Series>();

  constructor(private readonly node: string) {}

  /** Who is there is brought up to date first, so that room for the new is made among the gone only. */
  record(atMs: number, observations: readonly Observation[]): void {
    const added: Observation[] = [];
    for (const observation of observations) {
      const series = this.bySubject.get(subjectOf(observation));
      if (series === undefined) added.push(observation);
      else update(series, atMs, observation);
    }
    for (const observation of added) {
      const series = this.add(headOf(this.node, observation, atMs), atMs);
      if (series !== null) update(series, atMs, observation);
    }
  }

  list(filter: SeriesFilter): SeriesRef[] {
    const refs: SeriesRef[] = [];
    for (const series of this.byId.values()) if (matches(series, filter)) refs.push(this.refOf(series));
    return refs;
  }

  read(id: string, range: TimeRange): SeriesHistory | null {
    const series = this.byId.get(id);
    if (series === undefined) return null;
    const fromMs = Math.max(range.fromMs, series.firstAtMs);
    return { series: this.refOf(series), blocks: series.rings.read(fromMs, range.toMs) };
  }

  all(): Iterable<Series> {
    return this.byId.values();
  }

  get size(): number {
    return this.byId.size;
  }

  floatsOf(series: Series): Float32Array {
    return this.slotFloats(series.slot);
  }

  /** Null: every series of the slab is of a holder that is there at `nowMs`. */
  add(head: SeriesHead, nowMs: number): Series | null {
    const slot = this.free.pop() ?? this.makeRoom(nowMs);
    if (slot === null) return null;
    const series: Series = { ...head, slot, rings: new Rings(this.slotFloats(slot)) };
    series.rings.clear();
    this.byId.set(series.id, series);
    this.bySubject.set(subjectOf(series), series);
    return series;
  }

  private makeRoom(nowMs: number): number | null {
    let victim: Series | null = null;
    for (const series of this.byId.values())
      if (series.lastAtMs !== nowMs && (victim === null || isLessWorth(series, victim))) victim = series;
    if (victim === null) return null;
    this.byId.delete(victim.id);
    this.bySubject.delete(subjectOf(victim));
    return victim.slot;
  }

  private slotFloats(slot: number): Float32Array {
    return this.slab.subarray(slot * FLOATS_PER_SERIES, (slot + 1) * FLOATS_PER_SERIES);
  }

  private refOf(series: Series): SeriesRef {
    const { id, device, holder, quantity, name, firstAtMs, lastAtMs, lastBytes, limitBytes } = series;
    return {
      id,
      node: this.node,
      device,
      holder,
      quantity,
      name,
      firstAtMs,
      lastAtMs,
      lastBytes,
      limitBytes,
    };
  }
}

function update(series: Series, atMs: number, observation: Observation): void {
  series.rings.record(atMs, observation.value);
  series.firstAtMs = Math.min(series.firstAtMs, atMs);
  series.lastAtMs = atMs;
  series.lastBytes = observation.value;
  series.limitBytes = observation.limitBytes;
}

function headOf(node: string, observation: Observation, atMs: number): SeriesHead {
  const { device, holder, quantity, name, limitBytes, value } = observation;
  const id = seriesId({ node, device, holder, quantity });
  return {
    id,
    device,
    holder,
    quantity,
    name,
    limitBytes,
    firstAtMs: atMs,
    lastAtMs: atMs,
    lastBytes: value,
  };
}

function subjectOf(of: Pick<Observation, 'device' | 'holder' | 'quantity'>): string {
  return `${of.quantity}\0${of.device}\0${of.holder ?? ''}`;
}

function matches(series: Series, filter: SeriesFilter): boolean {
  return (
    (filter.device === undefined || filter.device === series.device) &&
    (filter.holder === undefined || filter.holder === series.holder)
  );
}

function isLessWorth(series: Series, other: Series): boolean {
  const shortLife = isShort(series);
  if (shortLife !== isShort(other)) return shortLife;
  return series.lastAtMs < other.lastAtMs;
}

const isShort = (series: Series): boolean => series.lastAtMs - series.firstAtMs < SHORT_LIFE_MS;
