/* Bytes before and after on one bar: solid is still held, outlined was given back, dotted is not known. */
import type { ReactNode } from 'react';
import { afterText, barShape, beforeAfter, outcomeOf, qualities } from '../model/cleanup.js';
import { qualifiedSize } from '../model/format.js';
import type { Cleanup } from '../model/objects.js';

export function FreedBar({ cleanup }: { readonly cleanup: Cleanup }): ReactNode {
  const shown = beforeAfter(cleanup);
  const isUnknown = outcomeOf(cleanup) === 'Unknown';
  const shape = barShape(shown);
  // Never measured, since nothing was begun: there is nothing to draw, and nothing unknown either.
  if (shape === null && !isUnknown) return null;
  return (
    <span className="freed">
      <span className={isUnknown ? 'freed-bar unknown' : 'freed-bar'} aria-hidden="true">
        {!isUnknown && shape !== null && (
          <>
            <Part look="kept" share={shape.kept} />
            <Part look="given" share={shape.freed} />
            <Part look="grown" share={shape.grown} />
          </>
        )}
      </span>
      <span className="freed-foot">
        <span>
          {shown.before === null ? 'not measured' : qualifiedSize(shown.before, qualities(cleanup).before)}
        </span>
        <span>{afterText(cleanup)}</span>
      </span>
    </span>
  );
}

function Part({ look, share }: { readonly look: string; readonly share: number }): ReactNode {
  return share > 0 ? <i className={look} style={{ width: `${share * 100}%` }} /> : null;
}
