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
    this.addAll(atMs, added);
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

  /** Whether it is kept still: its floats are its own. */
  has(series: Series): boolean {
    return this.byId.get(series.id) === series;
  }

  floatsOf(series: Series): Float32Array {
    return this.slotFloats(series.slot);
  }

  /** Takes the next free place. Null: there is none. */
  add(head: SeriesHead): Series | null {
    const slot = this.free.pop();
    if (slot === undefined) return null;
    const series: Series = { ...head, slot, rings: new Rings(this.slotFloats(slot)) };
    series.rings.clear();
    this.byId.set(series.id, series);
    this.bySubject.set(subjectOf(series), series);
    return series;
  }

  private addAll(atMs: number, added: readonly Observation[]): void {
    this.makeRoom(added.length, atMs);
    for (const observation of added) {
      const series = this.add(headOf(this.node, observation, atMs));
      if (series === null) return; // who is there takes all the room
      update(series, atMs, observation);
    }
  }

  /** Ranks the gone once, however many places are needed: thousands of holders may come and go in one sample. */
  private makeRoom(places: number, atMs: number): void {
    const lacking = places - this.free.length;
    if (lacking <= 0) return;
    const gone = [...this.byId.values()].filter((series) => series.lastAtMs !== atMs).sort(byWorth);
    for (const series of gone.slice(0, lacking)) {
      this.byId.delete(series.id);
      this.bySubject.delete(subjectOf(series));
      this.free.push(series.slot);
    }
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

/** Least worth first. */
function byWorth(a: Series, b: Series): number {
  return Number(isShort(b)) - Number(isShort(a)) || a.lastAtMs - b.lastAtMs;
}

const isShort = (series: Series): boolean => series.lastAtMs - series.firstAtMs < SHORT_LIFE_MS;
