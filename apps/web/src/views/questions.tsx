/* At 360 px: one question at a time, chosen at the lower edge where a thumb is. */
import type { ReactNode } from 'react';
import { QUESTIONS, type Question } from '../model/selection.js';
import { usePage } from './page-context.js';

const TEXT: Readonly<Record<Question, string>> = { whose: 'Whose?', grows: 'History', done: 'Done' };

interface QuestionTabsProps {
  readonly current: Question;
  /** How many findings need a person. */
  readonly needing: number;
}

export function QuestionTabs({ current, needing }: QuestionTabsProps): ReactNode {
  const { choose } = usePage();
  return (
    <nav className="tabs" aria-label="Questions">
      {QUESTIONS.map((one) => (
        <button
          key={one}
          type="button"
          aria-current={one === current ? 'page' : undefined}
          onClick={() => choose({ question: one })}
        >
          {TEXT[one]}
          {one === 'done' && needing > 0 && <b className="urgent"> {needing}</b>}
        </button>
      ))}
    </nav>
  );
}
