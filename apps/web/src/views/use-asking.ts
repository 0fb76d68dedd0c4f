/* One request at a time, with what came of it: for dialogs that wait for an answer. */
import { useState } from 'react';
import type { Problem } from '../data/live.js';

export interface Asking {
  readonly isWaiting: boolean;
  readonly problem: Problem | null;
  /** `act` answers null where it was done; then `done` is called. */
  readonly ask: (act: () => Promise<Problem | null>, done: () => void) => void;
}

export function useAsking(): Asking {
  const [isWaiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = (act: () => Promise<Problem | null>, done: () => void): void => {
    if (isWaiting) return;
    setWaiting(true);
    void act().then((came) => {
      setWaiting(false);
      setProblem(came);
      if (came === null) done();
    });
  };
  return { isWaiting, problem, ask };
}
