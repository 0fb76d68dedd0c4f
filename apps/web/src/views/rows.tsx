/*
 * The holders as a tree grid: sorted, filtered, folded, and only what is on screen is in the document.
 * The grid is one stop for the keyboard and keeps the focus; the chosen row is its active descendant, so that rows
 * may come and go with every sample without taking the focus along.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import type { Patch } from '../data/address.js';
import { sizeText } from '../model/format.js';
import { isOpen, type Sort, type View, type VisibleRow } from '../model/order.js';
import type { DeviceModel } from '../model/screen.js';
import type { Tag } from '../model/tags.js';
import { toggled, gridMove } from '../model/walk.js';
import { ColumnHeads } from './column-heads.js';
import { usePage } from './page-context.js';
import { RowView, rowDomId } from './row.js';
import { Sum } from './sum.js';
import { useRowHeight } from './use-row-height.js';

export interface RowsProps {
  readonly model: DeviceModel;
  readonly rows: readonly VisibleRow[];
  readonly view: View;
  readonly query: string;
  readonly sort: Sort;
  readonly chosen: string | null;
  readonly tags: ReadonlyMap<string, Tag>;
}

export const GRID_ID = 'row-grid';
export const SEARCH_ID = 'row-search';

export function focusOn(id: string): void {
  document.getElementById(id)?.focus();
}

export function Rows(props: RowsProps): ReactNode {
  const { model, query, view } = props;
  const { choose } = usePage();
  return (
    <section className="panel rows" aria-labelledby="rows-title">
      <header className="panel-head rows-head">
        <h2 id="rows-title">{model.device.kind === 'host' ? 'Host' : model.device.name}</h2>
        <Sum model={model} />
        <search className="end">
          <input
            id={SEARCH_ID}
            className="search"
            type="search"
            placeholder="Find name or pid"
            aria-label="Find rows by name or pid"
            aria-keyshortcuts="/"
            value={query}
            maxLength={200}
            onChange={(event) => choose({ query: event.target.value })}
            onKeyDown={(event) => onSearchKey(event, choose)}
          />
          <kbd aria-hidden="true">/</kbd>
        </search>
      </header>
      {view.matches.keys !== null && (
        <p className="found" role="status">
          {view.matches.count === 0
            ? `Nothing among ${model.tree.byKey.size} rows has “${query.trim().slice(0, 60)}” in its name. Esc clears.`
            : `${view.matches.count} of ${model.tree.byKey.size} rows, together ${sizeText(view.matches.bytes)}`}
        </p>
      )}
      <Grid {...props} />
    </section>
  );
}

function onSearchKey(event: KeyboardEvent<HTMLInputElement>, choose: (patch: Patch) => void): void {
  if (event.key === 'Escape') {
    event.preventDefault();
    event.stopPropagation();
    choose({ query: '' });
    focusOn(GRID_ID);
  } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
    event.preventDefault();
    focusOn(GRID_ID);
  }
}

function Grid({ model, rows, view, sort, chosen, tags }: RowsProps): ReactNode {
  const { choose, ask } = usePage();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const at = rows.findIndex((row) => row.node.key === chosen);
  // The compiler cannot see through the virtualizer's own subscriptions; it is the only reader of them.
  // eslint-disable-next-line react-hooks/incompatible-library -- its result stays inside this component
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.node.key ?? index,
    overscan: 12,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  useScrollToChosen(at, chosen, (index) => virtualizer.scrollToIndex(index, { align: 'auto' }));

  const act = (key: string, element: Element | null): boolean => {
    const move = gridMove(key, rows, at);
    if (move === null) return false;
    if (move.kind === 'choose') choose({ row: move.key });
    else if (move.kind === 'turn') choose({ turned: toggled(view.turned, move.mark) });
    else if (element !== null)
      ask({ about: 'row', key: move.key, aspect: 'total', anchor: element.getBoundingClientRect() });
    return true;
  };
  const items = virtualizer.getVirtualItems();
  const active = rows[at];
  return (
    <div className="grid-frame" ref={scroller} data-testid="scroller">
      <div
        id={GRID_ID}
        role="treegrid"
        className="grid"
        tabIndex={0}
        aria-label={`Holders of ${model.device.name}`}
        aria-rowcount={rows.length + 1}
        aria-colcount={9}
        aria-activedescendant={
          active !== undefined && items.some((item) => item.index === at)
            ? rowDomId(active.node.key)
            : undefined
        }
        onKeyDown={(event) => {
          const anchor = active === undefined ? null : document.getElementById(rowDomId(active.node.key));
          if (!event.ctrlKey && !event.metaKey && !event.altKey && act(event.key, anchor))
            event.preventDefault();
        }}
      >
        <ColumnHeads sort={sort} unit={model.unit} onSort={(next) => choose({ sort: next })} />
        <div className="grid-body" style={{ height: virtualizer.getTotalSize() }} role="presentation">
          {items.map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <RowView
                key={row.node.key}
                row={row}
                index={item.index}
                top={item.start}
                height={item.size}
                model={model}
                chosen={item.index === at}
                open={row.expanded !== null && isOpen(row.node, view)}
                turned={view.turned}
                tag={tags.get(row.node.key) ?? null}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Only when another row was chosen: a new sample must not pull the list from under a person who scrolled away. */
function useScrollToChosen(at: number, chosen: string | null, scroll: (index: number) => void): void {
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (at < 0 || chosen === shown.current) return;
    scroll(at);
    shown.current = chosen;
  }, [at, chosen, scroll]);
}
