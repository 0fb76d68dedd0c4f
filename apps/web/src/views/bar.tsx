/*
 * One device as a bar: who holds what, what is reserved, what is nobody's, what is free.
 * The bar is one stop for the keyboard; the arrows go from segment to segment and choose as they go.
 */
import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { DeviceLedger } from '#contracts/ledger';
import { sizeText } from '../model/format.js';
import type { DeviceModel } from '../model/screen.js';
import { layoutBar, type Segment } from '../model/segments.js';
import { withAncestors } from '../model/tree.js';
import { fitting, fittingLabel } from './fitting-label.js';
import { MoreList } from './more-list.js';
import { useSize } from './use-size.js';

interface BarProps {
  readonly model: DeviceModel;
  readonly chosen: string | null;
  readonly onChoose: (key: string | null) => void;
}

export function Bar({ model, chosen, onChoose }: BarProps): ReactNode {
  const [size, measure] = useSize();
  const [opened, setOpened] = useState<{ segment: Segment; anchor: DOMRect } | null>(null);
  const [at, setAt] = useState(0);
  const segments = useMemo(() => layoutBar(model.device, model.groups, size.width), [model, size.width]);
  const chosenKeys = useMemo(() => withAncestors(model.tree, chosen), [model.tree, chosen]);
  const active = Math.min(at, Math.max(0, segments.length - 1));

  const enter = (index: number, element: Element | null): void => {
    const segment = segments[index];
    if (segment === undefined) return;
    setAt(index);
    if (segment.kind === 'more') {
      if (element !== null) setOpened({ segment, anchor: element.getBoundingClientRect() });
    } else onChoose(segment.key);
  };
  const move = (index: number): void => {
    const segment = segments[index];
    if (segment === undefined) return;
    setAt(index);
    if (segment.kind !== 'more') onChoose(segment.key);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const to = barMove(event.key, active, segments.length);
    if (to === null && event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
    if (to === null) enter(active, event.currentTarget.children[active] ?? null);
    else move(to);
  };

  return (
    <>
      <div
        ref={measure}
        className="bar"
        role="listbox"
        tabIndex={0}
        aria-label={`Who holds ${model.device.name}`}
        aria-orientation="horizontal"
        aria-activedescendant={segments.length === 0 ? undefined : segmentId(model, active)}
        onKeyDown={onKeyDown}
      >
        {segments.map((segment, index) => (
          <SegmentView
            key={segment.key}
            id={segmentId(model, index)}
            segment={segment}
            widthPx={segment.width * size.width}
            state={{ chosen: holds(segment, chosenKeys), active: index === active }}
            onClick={(element) => enter(index, element)}
          />
        ))}
        <Remark model={model} segments={segments} widthPx={size.width} />
      </div>
      {opened !== null && (
        <MoreList
          segment={opened.segment}
          anchor={opened.anchor}
          onChoose={onChoose}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}

function segmentId(model: DeviceModel, index: number): string {
  return `segment-${model.device.id}-${index}`;
}

/** A process that was chosen outlines the segment of its pod. */
function holds(segment: Segment, chosen: ReadonlySet<string>): boolean {
  return chosen.has(segment.key) || segment.nodes.some((node) => chosen.has(node.key));
}

function barMove(key: string, at: number, count: number): number | null {
  if (key === 'ArrowRight') return Math.min(count - 1, at + 1);
  if (key === 'ArrowLeft') return Math.max(0, at - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

interface SegmentViewProps {
  readonly id: string;
  readonly segment: Segment;
  readonly widthPx: number;
  readonly state: { readonly chosen: boolean; readonly active: boolean };
  readonly onClick: (element: Element) => void;
}

function SegmentView({ id, segment, widthPx, state, onClick }: SegmentViewProps): ReactNode {
  const name = segmentName(segment);
  const look =
    segment.kind === 'reserved' || segment.kind === 'unattributed' ? segment.kind : `tone-${segment.tone}`;
  const className = ['segment', look, segment.gone ? 'gone' : '', state.active ? 'active' : ''].join(' ');
  return (
    <div
      id={id}
      role="option"
      aria-selected={state.chosen}
      aria-label={`${name}, ${sizeText(segment.bytes)}`}
      className={className}
      style={{ width: `${segment.width * 100}%` }}
      title={`${name}: ${sizeText(segment.bytes)}`}
      onClick={(event) => onClick(event.currentTarget)}
    >
      <span aria-hidden="true">{fittingLabel(segment, widthPx)}</span>
    </div>
  );
}

function segmentName(segment: Segment): string {
  const [first] = segment.nodes;
  if (segment.kind === 'more') return `${segment.nodes.length} more in ${segment.group}`;
  return first === undefined ? segment.kind : first.label.prefix + first.label.text;
}

interface RemarkProps {
  readonly model: DeviceModel;
  readonly segments: readonly Segment[];
  readonly widthPx: number;
}

/** The free track carries the one thing to know of a device, as long as there is room for it. */
function Remark({ model, segments, widthPx }: RemarkProps): ReactNode {
  const taken = segments.reduce((sum, segment) => sum + segment.width, 0);
  return (
    <span className="remark" aria-hidden="true">
      {fitting(remarks(model.device), (1 - taken) * widthPx - REMARK_PADDING_PX)}
    </span>
  );
}

const REMARK_PADDING_PX = 10;

function remarks(device: DeviceLedger): readonly string[] {
  const { totalBytes, usedBytes, unattributedBytes, unknownHolders } = device;
  if (totalBytes === null || usedBytes === null) return [];
  const free = `${sizeText(totalBytes - usedBytes)} free`;
  if (unattributedBytes !== null && unattributedBytes < 0) {
    const more = `rows claim ${sizeText(Math.abs(unattributedBytes))} more than is used`;
    return [`${free} · ${more}`, free];
  }
  const hidden = `${unknownHolders} ${unknownHolders === 1 ? 'holder does' : 'holders do'} not show their bytes`;
  return unknownHolders > 0 ? [`${free} · ${hidden}`, free] : [free];
}
