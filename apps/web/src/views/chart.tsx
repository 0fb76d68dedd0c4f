/* One history drawn: band from min to max, mean as a line, the limit as a line, gaps as gaps. Times are UTC. */
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Block } from '#contracts/series';
import { clockTime, sizeText } from '../model/format.js';
import { extremes, historyColumns } from '../model/history.js';
import { chartOptions, type ChartLook } from './chart-options.js';
import { useSize, type Size } from './use-size.js';

export interface ChartLimit {
  readonly bytes: number;
  readonly word: 'limit' | 'total';
}

interface ChartProps {
  readonly label: string;
  readonly blocks: readonly Block[];
  readonly limit: ChartLimit | null;
  readonly fromMs: number;
  readonly toMs: number;
  /** Redrawn when this changes: canvases do not follow style sheets. */
  readonly theme: string;
}

export function Chart({ label, blocks, limit, fromMs, toMs, theme }: ChartProps): ReactNode {
  const [size, measure] = useSize();
  const [at, setAt] = useState<number | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const plot = usePlot({ frame, size, theme, setAt });

  const columns = historyColumns(blocks);
  useEffect(() => {
    const drawn = plot.current;
    if (drawn === null) return;
    const line = columns.times.map(() => limit?.bytes ?? null);
    drawn.setData([columns.times, columns.max, columns.min, columns.mean, line], false);
    drawn.setScale('x', { min: fromMs / 1000, max: toMs / 1000 });
  });

  const summary = extremes(blocks);
  const hovered = at === null ? null : hoverText(columns, at);
  return (
    <figure className="chart">
      <div className="chart-frame" ref={measure} role="img" aria-label={`${label}. ${summaryText(summary)}`}>
        <div ref={frame} />
      </div>
      <figcaption className="chart-caption">
        {hovered ?? (
          <>
            <span className="key">
              <i className="key-band" />
              min to max, mean
            </span>
            {limit !== null && (
              <span className="key">
                <i className="key-limit" />
                {limit.word} {sizeText(limit.bytes)}
              </span>
            )}
            <span className="end">{summaryText(summary)}</span>
          </>
        )}
      </figcaption>
    </figure>
  );
}

function summaryText(summary: { min: number; max: number; last: number } | null): string {
  if (summary === null) return 'nothing recorded in this range';
  return `${sizeText(summary.min)} to ${sizeText(summary.max)}, now ${sizeText(summary.last)}`;
}

function hoverText(columns: ReturnType<typeof historyColumns>, at: number): string | null {
  const [time, mean, min, max] = [columns.times[at], columns.mean[at], columns.min[at], columns.max[at]];
  if (time === undefined || mean == null || min == null || max == null) return null;
  return `${clockTime(time * 1000)}: ${sizeText(Math.round(mean))} (${sizeText(min)} to ${sizeText(max)})`;
}

interface Plotting {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly size: Size;
  readonly theme: string;
  readonly setAt: (at: number | null) => void;
}

function usePlot({ frame, size, theme, setAt }: Plotting): RefObject<uPlot | null> {
  const plot = useRef<uPlot | null>(null);
  const { width, height } = size;
  useEffect(() => {
    const element = frame.current;
    if (element === null || width === 0 || height === 0) return undefined;
    const made = new uPlot(
      chartOptions({ width, height }, lookOf(element), setAt),
      [[], [], [], [], []],
      element,
    );
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [frame, width, height, theme, setAt]);
  return plot;
}

/** Colours as the browser resolved them: a canvas knows no custom properties. */
function lookOf(element: HTMLElement): ChartLook {
  const probe = element.appendChild(document.createElement('i'));
  const resolved = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const look: ChartLook = {
    line: resolved('--chart-line'),
    band: resolved('--chart-band'),
    grid: resolved('--line'),
    text: resolved('--text-3'),
    limit: resolved('--limit'),
    font: getComputedStyle(document.body).getPropertyValue('--axis-font') || '11px sans-serif',
    wide: window.matchMedia('(min-width: 2800px)').matches,
  };
  probe.remove();
  return look;
}
