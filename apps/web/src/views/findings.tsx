/* Findings: who holds how much of which limit since when, and what was decided; closed ones behind one line. */
import { useMemo, useState, type ReactNode } from 'react';
import type { RecordsState } from '../data/records.js';
import { isOpen, sortedFindings } from '../model/finding.js';
import type { Finding } from '../model/objects.js';
import { FindingEntry } from './finding-entry.js';
import { usePage } from './page-context.js';
import { VirtualList, type Stop } from './virtual-list.js';

interface FindingsProps {
  readonly records: RecordsState;
  readonly opened: string | null;
  readonly row: string | null;
  /** Names of those that need a person now. */
  readonly urgent: ReadonlySet<string>;
}

type Item =
  | { readonly kind: 'finding'; readonly key: string; readonly isStop: true; readonly finding: Finding }
  | { readonly kind: 'closed'; readonly key: string; readonly isStop: true; readonly count: number };

const ENTRY_PX = 66;
const FOLD_PX = 30;

export function Findings({ records, opened, row, urgent }: FindingsProps): ReactNode {
  const { choose, show } = usePage();
  const [showsClosed, setShowsClosed] = useState(false);
  const { items: found } = records.findings;
  const items = useMemo(
    () => listed(found ?? new Map(), urgent, { showsClosed, opened }),
    [found, urgent, showsClosed, opened],
  );
  const turn = (finding: Finding): void => {
    if (finding.name === opened) choose({ opened: null });
    else show(finding.target, { opened: finding.name });
  };
  const render = (item: Item, stop: Stop): ReactNode =>
    item.kind === 'closed' ? (
      <button
        type="button"
        className="fold"
        aria-expanded={false}
        onClick={() => setShowsClosed(true)}
        {...stop}
      >
        <span className="fold-dots" aria-hidden="true" />
        {item.count.toLocaleString('en-US')} closed
      </button>
    ) : (
      <FindingEntry
        finding={item.finding}
        records={records}
        isOpen={item.finding.name === opened}
        isChosen={item.finding.target.holder === row}
        isUrgent={urgent.has(item.finding.name)}
        stop={stop}
        onTurn={() => turn(item.finding)}
      />
    );
  return (
    <VirtualList
      label="Findings, the most pressing first"
      items={items}
      estimate={(item) => (item.kind === 'closed' ? FOLD_PX : ENTRY_PX)}
      render={render}
      revealed={opened}
    />
  );
}

interface Wish {
  readonly showsClosed: boolean;
  readonly opened: string | null;
}

function listed(
  found: ReadonlyMap<string, Finding>,
  urgent: ReadonlySet<string>,
  wish: Wish,
): readonly Item[] {
  const [open, closed] = parted(sortedFindings(found.values(), urgent));
  const item = (finding: Finding): Item => ({ kind: 'finding', key: finding.name, isStop: true, finding });
  const shown = wish.showsClosed || closed.some((finding) => finding.name === wish.opened);
  if (closed.length === 0 || shown) return [...open, ...closed].map(item);
  return [...open.map(item), { kind: 'closed', key: 'fold:closed', isStop: true, count: closed.length }];
}

function parted(sorted: readonly Finding[]): [readonly Finding[], readonly Finding[]] {
  return [sorted.filter(isOpen), sorted.filter((finding) => !isOpen(finding))];
}
