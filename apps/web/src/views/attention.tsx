/* The banner: red only where a person is needed now. One sentence, one button. */
import type { ReactNode } from 'react';
import type { Attention } from '../model/attention.js';
import { usePage } from './page-context.js';

interface AttentionLineProps {
  readonly attention: Attention | null;
  readonly onBreaker: (anchor: DOMRect) => void;
}

export function AttentionLine({ attention, onBreaker }: AttentionLineProps): ReactNode {
  const { show } = usePage();
  if (attention === null) return null;
  return (
    <div className="need" role="alert">
      <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
        <path d="M9 2.2 16.6 15.4H1.4Z" />
        <path d="M9 7v4" />
        <circle cx="9" cy="13.1" r=".6" />
      </svg>
      <b>{titleOf(attention)}</b>
      <p>
        {attention.kind === 'finding' && (
          <>
            {attention.count > 1 && 'The most pressing: '}
            <b>
              <bdi>{attention.who}</bdi>
            </b>{' '}
          </>
        )}
        {attention.text}
      </p>
      <button
        type="button"
        className="button"
        onClick={(event) => {
          if (attention.kind === 'breaker') onBreaker(event.currentTarget.getBoundingClientRect());
          else
            show(attention.finding.target, {
              question: 'done',
              done: 'findings',
              opened: attention.finding.name,
            });
        }}
      >
        {attention.kind === 'breaker' ? 'Show why' : 'Show evidence'}
      </button>
    </div>
  );
}

function titleOf(attention: Attention): string {
  if (attention.kind === 'breaker' || attention.count === 1) return 'Needs a person';
  return `${attention.count.toLocaleString('en-US')} need a person`;
}
