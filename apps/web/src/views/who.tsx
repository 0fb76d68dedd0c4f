/* Whose it is, on one line: the namespace dimmed, the pid in digits. */
import type { ReactNode } from 'react';
import { whoOf } from '../model/target.js';
import type { Target } from '../model/objects.js';

export function WhoView({ target }: { readonly target: Target }): ReactNode {
  const { prefix, text, pid } = whoOf(target);
  return (
    <bdi className="who">
      {prefix !== '' && <span className="t3">{prefix}</span>}
      {text}
      {pid !== '' && <span className="pid"> {pid}</span>}
    </bdi>
  );
}
