/* The holders that were too narrow for a segment of their own, as a list to choose from. */
import type { ReactNode } from 'react';
import { sizeText } from '../model/format.js';
import type { Segment } from '../model/segments.js';
import { Popover } from './popover.js';
import { Size } from './size.js';
import { usePage } from './page-context.js';

interface MoreListProps {
  readonly segment: Segment;
  readonly anchor: DOMRect;
  readonly onChoose: (key: string) => void;
  readonly onClose: () => void;
}

export function MoreList({ segment, anchor, onChoose, onClose }: MoreListProps): ReactNode {
  const { exact } = usePage();
  const title = `${segment.nodes.length} more in ${segment.group}`;
  return (
    <Popover label={title} anchor={anchor} onClose={onClose}>
      <p className="source-title">
        {title} · {sizeText(segment.bytes, exact)}
      </p>
      <ul className="more-list">
        {segment.nodes.map((node) => (
          <li key={node.key}>
            <button
              type="button"
              onClick={() => {
                onChoose(node.key);
                onClose();
              }}
            >
              <bdi className="cut">
                <span className="t3">{node.label.prefix}</span>
                {node.label.text}
              </bdi>
              <span className="number">
                <Size bytes={node.bytes} exact={exact} quality={node.quality} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
