/* The heads of the columns; a click sorts, another click sorts the other way round. */
import type { ReactNode } from 'react';
import type { CellUnit } from '../model/format.js';
import type { Column, Sort } from '../model/order.js';

interface ColumnHeadsProps {
  readonly sort: Sort;
  readonly unit: CellUnit;
  readonly onSort: (sort: Sort) => void;
}

interface Head {
  readonly column: Column | null;
  readonly text: string;
  readonly className: string;
  readonly key?: string;
}

const HEADS: readonly Head[] = [
  { column: 'name', text: 'Holder', className: 'c-name' },
  { column: null, text: 'Kind', className: 'c-kind' },
  { column: null, text: 'Parts', className: 'c-parts' },
  { column: 'anon', text: 'anon', className: 'c-part', key: 'part-anon' },
  { column: 'shmem', text: 'shmem', className: 'c-part', key: 'part-shmem' },
  { column: 'file', text: 'file', className: 'c-part', key: 'part-file' },
  { column: 'kernel', text: 'kernel', className: 'c-part', key: 'part-kernel' },
  { column: 'swap', text: 'swap', className: 'c-part' },
  { column: 'total', text: 'Total', className: 'c-total' },
];

export function ColumnHeads({ sort, unit, onSort }: ColumnHeadsProps): ReactNode {
  return (
    <div role="row" aria-rowindex={1} className="grid-row heads">
      {HEADS.map((head) => (
        <div key={head.text} role="columnheader" className={head.className} aria-sort={ariaSort(head, sort)}>
          {head.column === null ? (
            <>
              {head.text}
              {head.className === 'c-parts' && <span className="unit">in {unit}</span>}
            </>
          ) : (
            <HeadButton head={head} column={head.column} sort={sort} onSort={onSort} />
          )}
        </div>
      ))}
    </div>
  );
}

function ariaSort(head: Head, sort: Sort): 'ascending' | 'descending' | undefined {
  if (head.column !== sort.column) return undefined;
  return sort.descending ? 'descending' : 'ascending';
}

interface HeadButtonProps extends Omit<ColumnHeadsProps, 'unit'> {
  readonly head: Head;
  readonly column: Column;
}

function HeadButton({ head, column, sort, onSort }: HeadButtonProps): ReactNode {
  const current = sort.column === column;
  const next: Sort = { column, descending: current ? !sort.descending : column !== 'name' };
  return (
    <button type="button" tabIndex={-1} onClick={() => onSort(next)} title={`Sort by ${head.text} (s)`}>
      {head.key !== undefined && <i className={`swatch small ${head.key}`} />}
      {head.text}
      {current && <span aria-hidden="true">{sort.descending ? ' ↓' : ' ↑'}</span>}
    </button>
  );
}
