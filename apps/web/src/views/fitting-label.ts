/* The longest name of a segment that fits into it. A label is never cut: a shorter name is tried, then none. */
import type { Segment } from '../model/segments.js';

const PADDING_PX = 12;
const LEAST_PX = 14;

export function fittingLabel(segment: Segment, widthPx: number): string {
  return fitting(candidates(segment), widthPx);
}

/** The first of `labels` that fits; none where none does. */
export function fitting(labels: readonly string[], widthPx: number): string {
  const room = widthPx - PADDING_PX;
  if (room < LEAST_PX) return '';
  return labels.find((label) => label !== '' && widthOf(label) <= room) ?? '';
}

function candidates(segment: Segment): readonly string[] {
  const [first] = segment.nodes;
  if (segment.kind === 'more') return [`${segment.nodes.length} more`, `+${segment.nodes.length}`];
  if (first === undefined) return [segment.kind];
  const { prefix, text, hint } = first.label;
  if (hint !== undefined) return [`${text} · ${hint}`, hint, hint.replace(/,.*$/, ''), text];
  return [prefix + text, text, text.replace(/\.(service|slice|scope)$/, '')];
}

let ruler: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();
const MOST_WIDTHS = 2_000;

function widthOf(label: string): number {
  const known = widths.get(label);
  if (known !== undefined) return known;
  ruler ??= document.createElement('canvas').getContext('2d');
  if (ruler === null) return label.length * 8;
  ruler.font = getComputedStyle(document.body).getPropertyValue('--label-font') || '12px sans-serif';
  const width = ruler.measureText(label).width;
  if (widths.size >= MOST_WIDTHS) widths.clear();
  widths.set(label, width);
  return width;
}
