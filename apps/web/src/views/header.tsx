/* The top of the page: which node, how live, light or dark, all keys. */
import type { ReactNode } from 'react';
import { span } from '../model/format.js';
import type { LiveState } from '../data/live.js';
import type { ModeNow } from '../model/objects.js';
import { ModeControl, PauseButton } from './mode-control.js';
import { NodeSwitch } from './node-switch.js';
import type { Sheet } from './sheets.js';

interface HeaderProps {
  readonly live: LiveState;
  readonly nowMs: number;
  readonly silent: boolean;
  readonly mode: ModeNow | null;
  readonly sheet: Sheet | null;
  readonly onTheme: () => void;
  readonly onSheet: (sheet: Sheet | null) => void;
}

export function Header({ live, nowMs, silent, mode, sheet, onTheme, onSheet }: HeaderProps): ReactNode {
  return (
    <header className="top">
      <a className="logo" href="#/" aria-label="Memwarden, start page">
        <Mark />
        <span>Memwarden</span>
      </a>
      <NodeSwitch
        nodes={live.nodes ?? []}
        current={live.node}
        open={sheet?.kind === 'nodes'}
        onOpen={(open) => onSheet(open ? { kind: 'nodes' } : null)}
      />
      <ModeControl mode={mode} onOpen={(anchor) => onSheet({ kind: 'mode', anchor })} />
      <PauseButton
        pause={mode?.pause ?? null}
        isLinked={live.link.kind !== 'lost'}
        onAsk={() => onSheet({ kind: 'pause' })}
      />
      <Liveness live={live} nowMs={nowMs} silent={silent} />
      <button
        type="button"
        className="icon"
        onClick={onTheme}
        title="Light or dark (t)"
        aria-label="Light or dark"
        aria-keyshortcuts="t"
      >
        <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
          <circle cx="9" cy="9" r="6.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M9 2.4a6.6 6.6 0 0 1 0 13.2Z" fill="currentColor" />
        </svg>
      </button>
      <button
        type="button"
        className="icon help"
        onClick={() => onSheet({ kind: 'help' })}
        title="All keys (?)"
        aria-label="All keys"
        aria-keyshortcuts="?"
      >
        ?
      </button>
    </header>
  );
}

function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" className="mark">
      <rect x="1" y="3" width="18" height="4" rx="1" />
      <rect x="1" y="8.5" width="10" height="4" rx="1" opacity="0.7" />
      <rect
        x="12.6"
        y="9.2"
        width="5.7"
        height="2.6"
        rx="0.6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      />
      <rect x="1" y="14" width="6" height="3.5" rx="1" opacity="0.45" />
    </svg>
  );
}

interface LivenessProps {
  readonly live: LiveState;
  readonly nowMs: number;
  readonly silent: boolean;
}

function Liveness({ live, nowMs, silent }: LivenessProps): ReactNode {
  const { link, ledger } = live;
  const age = ledger === null ? '' : span(nowMs - ledger.takenAtMs);
  if (link.kind === 'lost') return <span className="liveness lost">link lost</span>;
  if (ledger === null) return <span className="liveness waiting">connecting</span>;
  if (silent)
    return (
      <span className="liveness lost" title="The agent has sent nothing for so long">
        <span className="word">silent,</span> {age}
      </span>
    );
  if (link.kind === 'connecting') return <span className="liveness waiting">reconnecting</span>;
  return (
    <span className="liveness" title="Age of the sample on screen">
      <span className="word">live,</span> {age}
    </span>
  );
}
