/*
 * A long list of entries of different heights: only what is on screen is in the document. One stop for Tab, arrows and
 * j k inside; the entry that has the focus stays in the document however far one scrolls.
 */
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

export interface ListItem {
  readonly key: string;
  /** False: a heading, which takes no focus. */
  readonly isStop: boolean;
}

/** For the one button of an entry that takes the focus. */
export interface Stop {
  readonly 'data-stop': string;
  readonly tabIndex: 0 | -1;
}

interface VirtualListProps<T extends ListItem> {
  readonly label: string;
  readonly items: readonly T[];
  readonly estimate: (item: T) => number;
  readonly render: (item: T, stop: Stop) => ReactNode;
  /** Brought on screen when it changes: what the address names. */
  readonly revealed: string | null;
}

const OVERSCAN = 6;

export function VirtualList<T extends ListItem>(props: VirtualListProps<T>): ReactNode {
  const { label, items, estimate, render, revealed } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const first = items.findIndex((item) => item.isStop);
  const found = items.findIndex((item) => item.key === (active ?? revealed));
  const at = found < 0 ? first : found;
  // The compiler cannot see through the virtualizer's own subscriptions; it is the only reader of them.
  // eslint-disable-next-line react-hooks/incompatible-library -- its result stays inside this component
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index] === undefined ? 0 : estimate(items[index])),
    getItemKey: (index) => items[index]?.key ?? index,
    rangeExtractor: (range) => withActive(range, at),
    overscan: OVERSCAN,
  });
  const scrollTo = (index: number): void => virtualizer.scrollToIndex(index, { align: 'auto' });
  useReveal(revealed, items, (index) => virtualizer.scrollToIndex(index, { align: 'start' }));
  const focusNext = useFocusNext(scroller);
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = moved(event, items, at);
    if (to === null) return;
    event.preventDefault();
    setActive(items[to]?.key ?? null);
    scrollTo(to);
    focusNext(items[to]?.key ?? '');
  };
  return (
    <div className="list-frame" ref={scroller}>
      <div
        role="list"
        aria-label={label}
        className="list"
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {virtualizer.getVirtualItems().map((row) => {
          const item = items[row.index];
          return item === undefined ? null : (
            <div
              key={item.key}
              role="listitem"
              className="list-item"
              aria-posinset={row.index + 1}
              aria-setsize={items.length}
              data-index={row.index}
              ref={virtualizer.measureElement}
              style={{ transform: `translateY(${row.start}px)` }}
              onFocus={() => setActive(item.key)}
            >
              {render(item, { 'data-stop': item.key, tabIndex: row.index === at ? 0 : -1 })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function withActive(range: Range, at: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (at < 0 || at >= range.count || indexes.includes(at)) return indexes;
  return [...indexes, at].toSorted((a, b) => a - b);
}

/** Only when another one is named: news must not pull the list from under a person who scrolled away. */
function useReveal(
  revealed: string | null,
  items: readonly ListItem[],
  scroll: (index: number) => void,
): void {
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (revealed === shown.current) return;
    const index = items.findIndex((item) => item.key === revealed);
    if (index >= 0) scroll(index);
    if (index >= 0 || revealed === null) shown.current = revealed;
  });
}

/** Gives the focus to an entry once it is in the document. */
function useFocusNext(scroller: React.RefObject<HTMLDivElement | null>): (key: string) => void {
  const [wanted, setWanted] = useState<{ readonly key: string } | null>(null);
  useLayoutEffect(() => {
    if (wanted === null) return;
    const stops = scroller.current?.querySelectorAll<HTMLElement>('[data-stop]') ?? [];
    for (const stop of stops) if (stop.dataset['stop'] === wanted.key) stop.focus({ preventScroll: true });
  }, [wanted, scroller]);
  return (key) => setWanted({ key });
}

const PAGE = 10;

/** Where a key leads from `at`; null: it is not a key of lists. */
function moved(event: KeyboardEvent, items: readonly ListItem[], at: number): number | null {
  const isOnStop = event.target instanceof HTMLElement && event.target.dataset['stop'] !== undefined;
  if (!isOnStop || event.ctrlKey || event.metaKey || event.altKey) return null;
  switch (event.key) {
    case 'ArrowDown':
    case 'j':
      return stopFrom(items, at, 1);
    case 'ArrowUp':
    case 'k':
      return stopFrom(items, at, -1);
    case 'PageDown':
      return stopFrom(items, Math.min(items.length - 2, at + PAGE - 1), 1);
    case 'PageUp':
      return stopFrom(items, Math.max(1, at - PAGE + 1), -1);
    case 'Home':
      return stopFrom(items, -1, 1);
    case 'End':
      return stopFrom(items, items.length, -1);
    default:
      return null;
  }
}

/** The next stop that way; where there is none, where it was. */
function stopFrom(items: readonly ListItem[], at: number, by: 1 | -1): number {
  for (let index = at + by; index >= 0 && index < items.length; index += by)
    if (items[index]?.isStop === true) return index;
  return Math.max(0, Math.min(items.length - 1, at));
}
