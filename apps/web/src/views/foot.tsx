/* The foot of the page: the keys one needs most. */
import type { ReactNode } from 'react';

export function Foot(): ReactNode {
  return (
    <footer className="foot" aria-hidden="true">
      {FOOT.map(([keys, meaning]) => (
        <span key={keys}>
          {keys.split(' ').map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
          {meaning}
        </span>
      ))}
      <span className="end">≈ estimated</span>
      <span>? unknown</span>
    </footer>
  );
}

const FOOT: readonly (readonly [string, string])[] = [
  ['/', 'find'],
  ['j k', 'move'],
  ['← →', 'fold'],
  ['↵', 'open'],
  ['i', 'where a number comes from'],
  ['s', 'sort'],
  ['1 2 3', 'question'],
  ['p', 'pause'],
  ['?', 'all keys'],
];
