/* How high a row is here: a finger needs more than a pointer, a wall screen more than a laptop. */
import { useSyncExternalStore } from 'react';

const TOUCH = '(max-width: 640px), (pointer: coarse)';
const WIDE = '(min-width: 1900px)';
const WALL = '(min-width: 2800px)';

function subscribe(changed: () => void): () => void {
  const queries = [TOUCH, WIDE, WALL].map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  return () => {
    for (const query of queries) query.removeEventListener('change', changed);
  };
}

function rowHeight(): number {
  if (window.matchMedia(TOUCH).matches) return 38;
  if (window.matchMedia(WALL).matches) return 36;
  return window.matchMedia(WIDE).matches ? 27 : 23;
}

export function useRowHeight(): number {
  return useSyncExternalStore(subscribe, rowHeight);
}
