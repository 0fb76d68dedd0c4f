/* "What was done?": the time line, what was found, and the policies that decide. */
import { memo, useMemo, type ReactNode } from 'react';
import type { RecordsState } from '../data/records.js';
import { emptyShelf, type ShelfState } from '../data/shelf.js';
import { needing, type Records as Known } from '../model/attention.js';
import { isOpen } from '../model/finding.js';
import { clockTime, sizeText } from '../model/format.js';
import { doneWords, foundWords, lastDayFreed, policyWords } from '../model/nothing-done.js';
import type { DoneView } from '../model/selection.js';
import { Findings } from './findings.js';
import { usePage } from './page-context.js';
import { Policies } from './policies.js';
import { Timeline } from './timeline.js';

interface DoneProps {
  readonly records: RecordsState;
  readonly view: DoneView;
  readonly opened: string | null;
  readonly row: string | null;
  readonly today: string;
  readonly onByHand: () => void;
  readonly onCancel: (name: string) => void;
}

export const DONE_ID = 'done';

/** Told apart from the ledger: a sample that changes no record draws nothing here. */
export const Done = memo(function Done(props: DoneProps): ReactNode {
  const { records, view } = props;
  return (
    <section className="panel done" id={DONE_ID} aria-labelledby="done-title" tabIndex={-1}>
      <header className="panel-head done-head">
        <h2 id="done-title">What was done?</h2>
        <LastDay records={records} />
        <button type="button" className="button end" onClick={props.onByHand}>
          Clean up by hand…
        </button>
      </header>
      <Views records={records} view={view} />
      <View {...props} />
    </section>
  );
});

function LastDay({ records }: { readonly records: RecordsState }): ReactNode {
  const { items, readAtMs } = records.cleanups;
  if (items === null || items.size === 0) return null;
  return (
    <span className="sub cut">last 24 h · {sizeText(lastDayFreed(items.values(), readAtMs))} freed</span>
  );
}

function Views({ records, view }: Pick<DoneProps, 'records' | 'view'>): ReactNode {
  const { choose } = usePage();
  const counts: Readonly<Record<DoneView, number | null>> = {
    timeline: null,
    findings: countOf(records.findings, isOpen),
    policies: countOf(records.policies, () => true),
  };
  return (
    <div className="steps views" role="group" aria-label="Which part">
      {(['timeline', 'findings', 'policies'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === view}
          onClick={() => choose({ done: one, opened: null })}
        >
          {VIEW_TEXT[one]}
          {counts[one] !== null && <span className="count"> {counts[one].toLocaleString('en-US')}</span>}
        </button>
      ))}
    </div>
  );
}

const VIEW_TEXT: Readonly<Record<DoneView, string>> = {
  timeline: 'Time line',
  findings: 'Findings',
  policies: 'Policies',
};

function countOf<T>(shelf: ShelfState<T>, of: (item: T) => boolean): number | null {
  return shelf.items === null ? null : [...shelf.items.values()].filter(of).length;
}

export function knownOf(records: RecordsState): Known {
  return {
    findings: records.findings.items ?? new Map(),
    cleanups: records.cleanups.items ?? new Map(),
    policies: records.policies.items ?? new Map(),
    mode: records.mode.items?.get('mode') ?? null,
  };
}

/** Of findings that need a person: whatever the mode is. */
export function urgentNames(records: Omit<RecordsState, 'mode'>): ReadonlySet<string> {
  const known = knownOf({ ...records, mode: emptyShelf() });
  return new Set(needing(known).map((finding) => finding.name));
}

function View(props: DoneProps): ReactNode {
  const { records, view, opened, row } = props;
  const { findings, cleanups, policies } = records;
  const urgent = useMemo(() => urgentNames({ findings, cleanups, policies }), [findings, cleanups, policies]);
  const known = knownOf(records);
  if (view === 'findings')
    return (
      <Shown shelf={findings} what="The findings" nothing={foundWords(known)}>
        <Findings records={records} opened={opened} row={row} urgent={urgent} />
      </Shown>
    );
  if (view === 'policies')
    return (
      <Shown shelf={policies} what="The policies" nothing={policyWords()}>
        <Policies shelf={policies} opened={opened} />
      </Shown>
    );
  return (
    <Shown shelf={cleanups} what="The time line" nothing={doneWords(known)}>
      <Timeline shelf={cleanups} opened={opened} row={row} today={props.today} onCancel={props.onCancel} />
    </Shown>
  );
}

interface ShownProps<T> {
  readonly shelf: ShelfState<T>;
  readonly what: string;
  readonly nothing: { readonly title: string; readonly text: string };
  readonly children: ReactNode;
}

/** Loading, failed, empty, or what there is. */
function Shown<T>({ shelf, what, nothing, children }: ShownProps<T>): ReactNode {
  const { items, problem, readAtMs, hasMore } = shelf;
  return (
    <>
      {problem !== null && (
        <p className="done-problem" role="status">
          {what} could not be read: {problem.text}{' '}
          {items === null ? 'Tried again by itself.' : `Shown as of ${clockTime(readAtMs)}.`}
        </p>
      )}
      {items === null && problem === null && <Outlines />}
      {items?.size === 0 && (
        <div className="nothing">
          <b>{nothing.title}</b>
          <p>{nothing.text}</p>
        </div>
      )}
      {items !== null && items.size > 0 && children}
      {hasMore && (
        <p className="done-more t3">Older ones are not shown here: the command line lists them all.</p>
      )}
    </>
  );
}

function Outlines(): ReactNode {
  return (
    <div className="outlines late" role="status" aria-label="Loading">
      {[82, 61, 74].map((width) => (
        <i key={width} className="outline" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
