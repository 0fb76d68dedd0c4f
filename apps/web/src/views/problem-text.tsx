/* Why something was not done, in the controller's words. */
import type { ReactNode } from 'react';
import type { Problem } from '../data/live.js';
import { shortened } from '../model/names.js';

const LONGEST = 400;

export function ProblemText({ problem }: { readonly problem: Problem | null }): ReactNode {
  if (problem === null) return null;
  return (
    <div className="problem" role="alert">
      <p>Not done: {shortened(problem.text, LONGEST)}</p>
      {problem.details !== undefined && (
        <ul>
          {problem.details.map((line) => (
            <li key={line}>
              <bdi>{shortened(line, LONGEST)}</bdi>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
