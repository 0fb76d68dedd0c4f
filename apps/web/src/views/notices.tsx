/* What a person must know about what they see: lost, silent, failed, empty, loading. In words, with the next step. */
import { useEffect, useState, type ReactNode } from 'react';
import type { LiveState, Problem } from '../data/live.js';
import { clockTime, span } from '../model/format.js';
import { shortened } from '../model/names.js';

interface NoticeProps {
  readonly live: LiveState;
  readonly nowMs: number;
  readonly silent: boolean;
  readonly onRetry: () => void;
}

/** One amber line at most: the first of what is wrong, which is the cause of the rest. */
export function NoticeLine({ live, nowMs, silent, onRetry }: NoticeProps): ReactNode {
  const { link, ledger, ledgerProblem } = live;
  const asOf = ledger === null ? '' : ` Shown as of ${clockTime(ledger.takenAtMs)}.`;
  if (ledger === null && refused(live)) return null;
  if (link.kind === 'lost')
    return (
      <p className="notice-line" role="status">
        <b>Link to the controller lost</b>
        <span>
          for {span(nowMs - link.sinceMs)}.{asOf}
        </span>
        <span className="t2" aria-live="off">
          Next attempt in {span(Math.max(0, link.retryAtMs - nowMs))}.
        </span>
        <button type="button" className="button" onClick={onRetry}>
          Try now
        </button>
      </p>
    );
  if (ledger === null) return null;
  if (ledgerProblem !== null)
    return (
      <p className="notice-line" role="status">
        <b>The ledger could not be read</b>
        <span>
          {ledgerProblem.text}
          {asOf} Tried again with the next sample.
        </span>
      </p>
    );
  if (!silent) return null;
  return (
    <p className="notice-line" role="status">
      <b>{shortened(live.node ?? '', 60)} is silent</b>
      <span>
        Its agent has sent nothing for {span(nowMs - ledger.takenAtMs)}.{asOf} What happened there since is
        not known.
      </span>
    </p>
  );
}

interface SaidProps {
  /** What could not be done, in words. */
  readonly said: string | null;
  readonly onClose: () => void;
}

export function SaidLine({ said, onClose }: SaidProps): ReactNode {
  if (said === null) return null;
  return (
    <p className="notice-line" role="alert">
      <span>{shortened(said, 300)}</span>
      <button type="button" className="button" onClick={onClose}>
        Close
      </button>
    </p>
  );
}

/** Not let in: trying again does not help, and the words say what does. */
function refused(live: LiveState): boolean {
  return live.nodesProblem?.status === 401 || live.nodesProblem?.status === 403;
}

interface NothingProps {
  readonly live: LiveState;
}

/** In place of the panels, while there is no ledger to show. */
export function Nothing({ live }: NothingProps): ReactNode {
  const problem = live.ledgerProblem ?? live.nodesProblem;
  const loading = problem === null && live.link.kind !== 'lost' && live.nodes?.length !== 0;
  if (loading) return <Outline />;
  return (
    <section className="panel words-panel" aria-live="polite">
      <Words live={live} problem={problem} />
    </section>
  );
}

function Words({ live, problem }: { readonly live: LiveState; readonly problem: Problem | null }): ReactNode {
  if (problem?.status === 401 || problem?.status === 403)
    return (
      <Text title="This page needs its token">
        Open the address that <code>memwarden local</code> printed when it started: it ends in{' '}
        <code>?token=…</code> and signs this browser in.
      </Text>
    );
  if (problem?.status === 404)
    return (
      <Text title={`No ledger of ${shortened(live.node ?? 'this node', 60)}`}>
        The controller was asked for it and has none: the agent of that node has not connected since, or its
        first sample is still under way. It shows here by itself.
      </Text>
    );
  if (problem !== null && problem.status !== 0)
    return (
      <Text title="The controller could not answer">
        HTTP {problem.status}: {problem.text} This page goes on trying. <code>memwarden doctor</code> says
        what is wrong there.
      </Text>
    );
  if (live.link.kind === 'lost' || problem !== null)
    return (
      <Text title="The controller does not answer">
        Nothing is shown because nothing was read yet. Is <code>memwarden local</code> still running?
      </Text>
    );
  return (
    <Text title="No node yet">
      The controller answers and knows of no node: no agent has connected. In local mode that takes about a
      second; on a cluster look at the pods of the <code>node-agent</code> DaemonSet. The first sample shows
      here by itself.
    </Text>
  );
}

function Text({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="words-block">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

const OUTLINE_AFTER_MS = 300;

/** Outlines of what is coming; what comes at once shows no outline first. */
function Outline(): ReactNode {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), OUTLINE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <section className="panel outlines" role="status" aria-label="Loading">
      {[92, 64, 78, 51, 70, 43, 58, 36].map((width) => (
        <i key={width} className="outline" style={{ width: `${width}%` }} />
      ))}
    </section>
  );
}
