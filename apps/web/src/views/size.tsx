/* A number with its unit dimmed; a click, or `i`, says where it is from. */
import type { ReactNode } from 'react';
import type { Quality } from '#contracts/units';
import { exactly, figure } from '../model/format.js';

interface SizeProps {
  readonly bytes: number | null;
  readonly exact: boolean;
  readonly quality?: Quality;
}

export function Size({ bytes, exact, quality = 'measured' }: SizeProps): ReactNode {
  if (bytes === null || quality === 'unknown') return <span className="t3">unknown</span>;
  const shown = exact ? { digits: exactly(bytes), unit: 'B' } : figure(bytes);
  return (
    <>
      {quality === 'estimated' && (
        <span className="t2" title="estimated">
          ≈{' '}
        </span>
      )}
      {shown.digits}
      <span className="unit">{shown.unit}</span>
    </>
  );
}
