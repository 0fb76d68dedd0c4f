/* All keys and signs. */
import type { ReactNode } from 'react';
import { Popover } from './popover.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'find a row by name or pid'],
  ['j k ↑ ↓', 'next, previous row'],
  ['← →', 'fold, unfold; in the bar: previous, next segment'],
  ['Enter', 'open: who it is, in full'],
  ['Esc', 'close, clear the filter, then no row'],
  ['i', 'where the number of the chosen row is from; on the mode, who says so'],
  ['s', 'sort by the next column; Shift turns the order'],
  ['b', 'sizes to the byte'],
  ['1 2 3', 'to a question: whose is it, its history, what was done'],
  ['p', 'pause all acts, or resume: asks first'],
  ['g n', 'another node'],
  ['t', 'light or dark'],
  ['?', 'this list'],
];

const SIGNS: readonly (readonly [string, string])[] = [
  ['≈', 'estimated: read while it moved, or scaled to fit'],
  ['±', 'how far off at most'],
  ['? GiB', 'nobody can say what became of it; never counted as 0'],
  ['unknown', 'not measured, and never counted as 0'],
];

export function Help({ onClose }: { readonly onClose: () => void }): ReactNode {
  const anchor = new DOMRect(window.innerWidth, 44, 0, 0);
  return <HelpSheet anchor={anchor} onClose={onClose} />;
}

function HelpSheet({
  anchor,
  onClose,
}: {
  readonly anchor: DOMRect;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Popover label="All keys" anchor={anchor} onClose={onClose}>
      <p className="source-title">Keys</p>
      <Terms of={KEYS} />
      <p className="source-title">Signs</p>
      <Terms of={SIGNS} />
    </Popover>
  );
}

function Terms({ of }: { readonly of: readonly (readonly [string, string])[] }): ReactNode {
  return (
    <dl className="facts keys">
      {of.map(([key, meaning]) => (
        <div key={key}>
          <dt>
            {key.split(' ').map((one) => (
              <kbd key={one}>{one}</kbd>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
