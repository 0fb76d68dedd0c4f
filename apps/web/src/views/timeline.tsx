/* The time line of cleanups: by day, newest first; the same refusal over and over is one line. */
import { useMemo, useState, type ReactNode } from 'react';
import type { ShelfState } from '../data/shelf.js';
import { OUTCOME_WORD, timeOf } from '../model/cleanup.js';
import { dayText, sumText } from '../model/day.js';
import type { Cleanup } from '../model/objects.js';
import { timelineItems, type TimelineItem } from '../model/timeline.js';
import { Entry, shortTime } from './entry.js';
import { usePage } from './page-context.js';
import { VirtualList, type ListItem, type Stop } from './virtual-list.js';

interface TimelineProps {
  readonly shelf: ShelfState<Cleanup>;
  readonly opened: string | null;
  /** The row that is chosen in the ledger. */
  readonly row: string | null;
  /** "2026-11-21" */
  readonly today: string;
  readonly onCancel: (name: string) => void;
}

type Shown = TimelineItem & ListItem;

const DAY_PX = 28;
const ENTRY_PX = 66;
const FOLD_PX = 30;

export function Timeline({ shelf, opened, row, today, onCancel }: TimelineProps): ReactNode {
  const { choose } = usePage();
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const items = useMemo(
    () =>
      timelineItems(shelf.items?.values() ?? [], unfolded, opened).map((item): Shown => ({
        ...item,
        isStop: item.kind !== 'day',
      })),
    [shelf.items, unfolded, opened],
  );
  const render = (item: Shown, stop: Stop): ReactNode => {
    if (item.kind === 'day') return <Day item={item} today={today} />;
    if (item.kind === 'fold')
      return <Fold item={item} stop={stop} onOpen={() => setUnfolded(new Set(unfolded).add(item.key))} />;
    const { name, target } = item.cleanup;
    return (
      <Entry
        cleanup={item.cleanup}
        isOpen={name === opened}
        isChosen={target.holder === row}
        stop={stop}
        onTurn={() => choose({ opened: name === opened ? null : name })}
        onCancel={onCancel}
      />
    );
  };
  return (
    <VirtualList
      label="Cleanups, newest first"
      items={items}
      estimate={(item) => (item.kind === 'day' ? DAY_PX : item.kind === 'fold' ? FOLD_PX : ENTRY_PX)}
      render={render}
      revealed={opened}
    />
  );
}

function Day({
  item,
  today,
}: {
  readonly item: TimelineItem & { kind: 'day' };
  readonly today: string;
}): ReactNode {
  return (
    <h3 className="day">
      <b>{dayText(item.day, today)}</b>
      <span className="end">{sumText(item.sum)}</span>
    </h3>
  );
}

interface FoldProps {
  readonly item: TimelineItem & { kind: 'fold' };
  readonly stop: Stop;
  readonly onOpen: () => void;
}

function Fold({ item, stop, onOpen }: FoldProps): ReactNode {
  const newest = item.cleanups[0];
  const oldest = item.cleanups.at(-1);
  const from = oldest === undefined ? '' : shortTime(timeOf(oldest));
  const to = newest === undefined ? '' : shortTime(timeOf(newest));
  return (
    <button type="button" className="fold" aria-expanded={false} onClick={onOpen} {...stop}>
      <span className="fold-dots" aria-hidden="true" />
      {item.cleanups.length} more alike, {OUTCOME_WORD[item.outcome].toLowerCase()}{' '}
      <span className="t3">
        {from} to {to}
      </span>
    </button>
  );
}
