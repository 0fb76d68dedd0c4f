/* How a history looks, as uPlot's options. */
import uPlot from 'uplot';
import { GIB, KIB, MIB } from '#contracts/units';
import { sizeText } from '../model/format.js';

export interface ChartLook {
  readonly line: string;
  readonly band: string;
  readonly grid: string;
  readonly text: string;
  readonly limit: string;
  readonly font: string;
  /** Drawn for a wall: larger axes. */
  readonly wide: boolean;
}

const NO_POINTS: uPlot.Series.Points = { show: false };
/** A limit far above would press the history flat: it is drawn while it is within this factor. */
const LIMIT_IN_SIGHT = 2;

export function chartOptions(
  size: { width: number; height: number },
  look: ChartLook,
  onCursor: (at: number | null) => void,
): uPlot.Options {
  return {
    ...size,
    legend: { show: false },
    // Right: half of the last time on the axis.
    padding: [8, look.wide ? 48 : 28, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
    scales: { x: { time: true, auto: false }, y: { range: yRange } },
    axes: axes(look),
    series: [
      {},
      { stroke: look.band, width: 0.5, points: NO_POINTS },
      { stroke: look.band, width: 0.5, points: NO_POINTS },
      { stroke: look.line, width: 1.6, points: { show: loneOnly, size: 4, fill: look.line } },
      { stroke: look.limit, width: 1.2, points: NO_POINTS },
    ],
    bands: [{ series: [1, 2], fill: look.band }],
  };
}

/** A block alone between two gaps has no line to be seen by. */
const loneOnly: uPlot.Series.Points.Show = (plot, _series, from, to) =>
  to - from < 3 && plot.data[0].length < 4;

/** From zero, so that heights compare; the limit only where it is near. */
const yRange: uPlot.Range.Function = (plot) => {
  const [held, limit] = [greatest(plot, 1), greatest(plot, 4)];
  const least = values(plot, 2).reduce((low, value) => Math.min(low, value), 0);
  const top = limit > 0 && limit < held * LIMIT_IN_SIGHT ? Math.max(limit, held) : held;
  return [least * 1.1, Number.isFinite(top) && top > 0 ? top * 1.08 : 1];
};

function greatest(plot: uPlot, series: number): number {
  return values(plot, series).reduce((most, value) => Math.max(most, value), -Infinity);
}

function values(plot: uPlot, series: number): readonly number[] {
  return Array.from<number | null | undefined>(plot.data[series] ?? []).filter((value) => value != null);
}

function axes(look: ChartLook): uPlot.Axis[] {
  const common = { stroke: look.text, font: look.font, ticks: { show: false } } satisfies uPlot.Axis;
  return [
    {
      ...common,
      grid: { show: false },
      size: look.wide ? 52 : 38,
      space: look.wide ? 90 : 64,
      values: TIME_LABELS,
    },
    {
      ...common,
      grid: { stroke: look.grid, width: 1 },
      size: look.wide ? 104 : 74,
      splits: byteSplits,
      values: (_plot, splits) => splits.map((value) => sizeText(Math.round(value)).replace('.0 ', ' ')),
    },
  ];
}

/** uPlot's own templates, in 24 hours: [increment, default, year, month, day, hour, minute, second, mode]. */
const TIME_LABELS: (string | number | null)[][] = [
  [86_400, '{D} {MMM}', null, null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
];

const STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Axis marks on whole binary steps: 8, 16, 24 GiB, never 9.3. */
function byteSplits(_plot: uPlot, _axis: number, min: number, max: number): number[] {
  const step = splitStep((max - min) / 4);
  const splits: number[] = [];
  for (let at = Math.ceil(min / step) * step; at <= max; at += step) splits.push(at);
  return splits;
}

function splitStep(atLeast: number): number {
  for (const unit of [1, KIB, MIB, GIB, GIB * KIB])
    for (const step of STEPS) if (unit * step >= atLeast) return unit * step;
  return GIB * KIB * KIB;
}
