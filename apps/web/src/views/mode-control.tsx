/* The most that may happen here, as three steps; open, who says so and why. Beside it: pause. */
import type { ReactNode } from 'react';
import type { Mode } from '#contracts/mode';
import type { Acts } from '../data/acts.js';
import { clockTime, dateTime } from '../model/format.js';
import { shownMode, whyOff } from '../model/mode.js';
import { shortened, visible } from '../model/names.js';
import type { ModeNow } from '../model/objects.js';
import { Popover } from './popover.js';
import { ProblemText } from './problem-text.js';
import { useAsking } from './use-asking.js';

export const MODE_ID = 'mode';
const MODES: readonly Mode[] = ['Observe', 'DryRun', 'Enforce'];

interface ModeControlProps {
  readonly mode: ModeNow | null;
  readonly onOpen: (anchor: DOMRect) => void;
}

export function ModeControl({ mode, onOpen }: ModeControlProps): ReactNode {
  const state = mode === null ? 'unknown' : mode.pause !== null ? 'paused' : mode.actsOn ? 'on' : 'off';
  return (
    <button
      type="button"
      id={MODE_ID}
      className={`mode ${state}`}
      aria-haspopup="dialog"
      aria-keyshortcuts="i"
      aria-label={mode === null ? 'Mode unknown' : `At most ${shownMode(mode)} here${WORD[state]}`}
      title={mode === null ? 'The mode could not be read' : hoverText(mode)}
      onClick={(event) => onOpen(event.currentTarget.getBoundingClientRect())}
    >
      {mode === null ? (
        <span className="on">mode unknown</span>
      ) : (
        MODES.map((one) => (
          <span key={one} className={one === shownMode(mode) ? 'on' : ''}>
            {one}
          </span>
        ))
      )}
    </button>
  );
}

const WORD = { paused: ', paused', off: ', acts are off', on: '', unknown: '' };

function hoverText(mode: ModeNow): string {
  const levels = mode.levels.map(
    (one) => `${one.level}: ${one.mode}${one.reason === '' ? '' : `, ${one.reason}`}`,
  );
  return visible([`At most ${mode.effective}`, ...levels].join(' · '));
}

interface PauseButtonProps {
  readonly pause: ModeNow['pause'];
  readonly isLinked: boolean;
  readonly onAsk: () => void;
}

export function PauseButton({ pause, isLinked, onAsk }: PauseButtonProps): ReactNode {
  const look = !isLinked ? 'unlinked' : pause === null ? '' : 'paused';
  const word = pause === null ? 'Pause acts' : `Paused ${clockTime(pause.atMs).slice(0, 5)}, resume`;
  return (
    <button
      type="button"
      className={`button pause ${look}`}
      aria-haspopup="dialog"
      aria-keyshortcuts="p"
      aria-label={word}
      title={isLinked ? `${word} (p)` : 'Pausing needs the controller'}
      onClick={onAsk}
    >
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {pause === null ? (
          <path d="M3.2 1.5v9M8.8 1.5v9" />
        ) : (
          <path d="M3 1.5 10 6l-7 4.5Z" className="filled" />
        )}
      </svg>
      <span className="word">{word}</span>
    </button>
  );
}

interface ModeSheetProps {
  readonly mode: ModeNow | null;
  readonly acts: Acts;
  readonly anchor: DOMRect;
  readonly onClose: () => void;
}

export function ModeSheet({ mode, acts, anchor, onClose }: ModeSheetProps): ReactNode {
  return (
    <Popover label="What may happen here" anchor={anchor} onClose={onClose}>
      {mode === null ? (
        <p className="t2">
          The mode could not be read, so nothing is said about what may happen. `memwarden mode` asks the
          controller too.
        </p>
      ) : (
        <>
          <p className="source-title">At most {mode.effective}</p>
          <p className="mode-words t2">{MEANING[mode.effective]}</p>
          <ActsLine mode={mode} />
          <Levels mode={mode} />
          {mode.breaker !== null && <Breaker breaker={mode.breaker} acts={acts} onClose={onClose} />}
        </>
      )}
    </Popover>
  );
}

const MEANING: Readonly<Record<Mode, string>> = {
  Observe: 'Nothing is touched: memory is measured and findings are made.',
  DryRun: 'Nothing is touched: what would have been done is written down.',
  Enforce: 'Policies that say Enforce, and people, may act where the node’s allow list allows it.',
};

function ActsLine({ mode }: { readonly mode: ModeNow }): ReactNode {
  if (mode.pause !== null)
    return (
      <p className="mode-line note">
        Paused by <bdi>{shortened(mode.pause.by, 60)}</bdi> since {dateTime(mode.pause.atMs)}
        {mode.pause.reason === '' ? '.' : ': '}
        <bdi>{shortened(mode.pause.reason, 200)}</bdi>
      </p>
    );
  if (mode.actsOn) return <p className="mode-line good">Acts are on.</p>;
  return <p className="mode-line note">Acts are off: {shortened(whyOff(mode), 200)}</p>;
}

function Levels({ mode }: { readonly mode: ModeNow }): ReactNode {
  return (
    <>
      <p className="source-part">The least of</p>
      <table className="levels">
        <tbody>
          {mode.levels.map((one, at) => (
            <LevelRow key={at} name={one.level} mode={one.mode} reason={one.reason} />
          ))}
          {mode.nodes.map((one) => (
            <LevelRow key={one.node} name={`agent of ${one.node}`} mode={one.mode} reason={one.reason} />
          ))}
        </tbody>
      </table>
    </>
  );
}

interface LevelRowProps {
  readonly name: string;
  readonly mode: Mode;
  readonly reason: string;
}

function LevelRow({ name, mode, reason }: LevelRowProps): ReactNode {
  return (
    <tr>
      <th scope="row">
        <bdi>{shortened(name, 60)}</bdi>
      </th>
      <td>{mode}</td>
      <td className="t2">
        <bdi>{shortened(reason, 200)}</bdi>
      </td>
    </tr>
  );
}

interface BreakerProps {
  readonly breaker: NonNullable<ModeNow['breaker']>;
  readonly acts: Acts;
  readonly onClose: () => void;
}

function Breaker({ breaker, acts, onClose }: BreakerProps): ReactNode {
  const { isWaiting, problem, ask } = useAsking();
  return (
    <>
      <p className="source-part">The breaker is open since {dateTime(breaker.sinceMs)}</p>
      <p className="t2">
        <bdi>{shortened(breaker.reason, 300)}</bdi> Look at what was done before you reset it.
      </p>
      <ProblemText problem={problem} />
      <p className="form-end">
        <button
          type="button"
          className="button"
          disabled={isWaiting}
          onClick={() => ask(() => acts.resetBreaker(), onClose)}
        >
          Reset the breaker
        </button>
      </p>
    </>
  );
}
