/* One row of the tree grid. */
import type { CSSProperties, MouseEvent, ReactNode } from 'react';
import { cell, exactly, percent, sizeText } from '../model/format.js';
import { foldMark } from '../model/fold.js';
import { visible } from '../model/names.js';
import type { VisibleRow } from '../model/order.js';
import type { Aspect } from '../model/provenance.js';
import type { DeviceModel } from '../model/screen.js';
import { counted } from '../model/day.js';
import { tagText } from '../model/attention.js';
import { tagWords, type Tag } from '../model/tags.js';
import type { TreeNode } from '../model/tree.js';
import { toggled } from '../model/walk.js';
import { usePage } from './page-context.js';
import { Size } from './size.js';

interface RowViewProps {
  readonly row: VisibleRow;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly model: DeviceModel;
  readonly chosen: boolean;
  readonly open: boolean;
  readonly turned: ReadonlySet<string>;
  readonly tag: Tag | null;
}

export function rowDomId(key: string): string {
  return `row-${foldMark(key)}-${key.length}`;
}

export function RowView(props: RowViewProps): ReactNode {
  const { row, index, top, height, model, chosen, open, turned } = props;
  const { choose } = usePage();
  const { node } = row;
  // The finding of a row below shows there, as soon as that is to be seen.
  const tag = props.tag?.finding === null && open ? null : props.tag;
  const turn = (event: MouseEvent): void => {
    event.stopPropagation();
    choose({ row: node.key, turned: toggled(turned, foldMark(node.key)) });
  };
  return (
    <div
      id={rowDomId(node.key)}
      role="row"
      className={chosen ? 'grid-row row chosen' : 'grid-row row'}
      aria-rowindex={index + 2}
      aria-level={node.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={row.expanded ?? undefined}
      aria-selected={chosen}
      style={{ transform: `translateY(${top}px)`, height, '--level': node.level } as CSSProperties}
      onClick={() => choose({ row: node.key })}
    >
      <div role="gridcell" className="c-name">
        <span className={row.expanded === null ? 'twisty none' : 'twisty'} onClick={turn} aria-hidden="true">
          {row.expanded === null ? '' : open ? '▾' : '▸'}
        </span>
        <Name node={node} model={model} />
        {tag !== null && <TagMark tag={tag} />}
      </div>
      <div role="gridcell" className="c-kind cut">
        {tag === null ? <Kind node={node} /> : <TagView tag={tag} />}
      </div>
      <div role="gridcell" className="c-parts">
        <PartsBar node={node} largestBytes={model.largestBytes} />
      </div>
      {PARTS.map((part) => (
        <PartCell key={part} node={node} part={part} model={model} />
      ))}
      <div role="gridcell" className="c-total">
        <Total node={node} />
      </div>
    </div>
  );
}

const PARTS = ['anon', 'shmem', 'file', 'kernel', 'swap'] as const;

function Name({ node, model }: { readonly node: TreeNode; readonly model: DeviceModel }): ReactNode {
  const tone = model.tones.get(node.key);
  const nobody = node.kind === 'reserved' || node.kind === 'unattributed';
  const look = nobody ? node.kind : tone === undefined ? null : `tone-${tone}${node.gone ? ' gone' : ''}`;
  const pid = node.holder?.pid;
  return (
    <>
      {look !== null && <i className={`swatch small ${look}`} />}
      <bdi className="cut name" title={visible(node.name.slice(0, 500))}>
        {node.label.prefix !== '' && <span className="t3">{node.label.prefix}</span>}
        {node.label.text}
        {node.label.hint !== undefined && <span className="t3"> {node.label.hint}</span>}
      </bdi>
      {node.kind === 'process' && pid !== undefined && <span className="pid">{pid}</span>}
    </>
  );
}

function Kind({ node }: { readonly node: TreeNode }): ReactNode {
  const limit = node.holder?.limitBytes;
  if (node.gone) return <span className="tag">cgroup gone</span>;
  if (limit === undefined || limit <= 0 || node.kind === 'itself') return node.label.kind;
  return (
    <span title={`${sizeText(node.bytes)} of its limit of ${sizeText(limit)}`}>
      {percent(node.bytes / limit)} of limit
    </span>
  );
}

function PartsBar({
  node,
  largestBytes,
}: {
  readonly node: TreeNode;
  readonly largestBytes: number;
}): ReactNode {
  const { parts } = node;
  // What holds more than the largest unit is a sum of units: its bar would only say that it is one.
  if (parts === null || node.bytes <= 0 || node.bytes > largestBytes) return null;
  const width = `${Math.max(2, (node.bytes / largestBytes) * 100)}%`;
  return (
    <span className="parts" style={{ width }} aria-hidden="true">
      {(['anon', 'shmem', 'file', 'kernel'] as const).map(
        (part) =>
          parts[part] > 0 && <i key={part} className={`part-${part}`} style={{ flexGrow: parts[part] }} />,
      )}
    </span>
  );
}

/** Where there is no room for the tag itself. */
function TagMark({ tag }: { readonly tag: Tag }): ReactNode {
  return (
    <svg
      className={tag.isUrgent ? 'tag-mark urgent' : 'tag-mark'}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      role="img"
      aria-label={tagWords(tag)}
    >
      <path d="M6 1.6 11 10.4H1Z" />
    </svg>
  );
}

function TagView({ tag }: { readonly tag: Tag }): ReactNode {
  return (
    <span className={tag.isUrgent ? 'tag urgent' : 'tag'} title={tagWords(tag)}>
      {tag.finding === null ? counted(tag.below, 'finding') : tagText(tag.finding)}
    </span>
  );
}

interface PartCellProps {
  readonly node: TreeNode;
  readonly part: (typeof PARTS)[number];
  readonly model: DeviceModel;
}

function PartCell({ node, part, model }: PartCellProps): ReactNode {
  const { exact } = usePage();
  const bytes = part === 'swap' ? node.swapBytes : (node.parts?.[part] ?? null);
  return (
    <div role="gridcell" className="c-part">
      {bytes === null ? null : bytes === 0 ? (
        <span className="t3">0</span>
      ) : (
        <Ask node={node} aspect={part}>
          {exact ? exactly(bytes) : cell(bytes, model.unit)}
        </Ask>
      )}
    </div>
  );
}

function Total({ node }: { readonly node: TreeNode }): ReactNode {
  const { exact } = usePage();
  return (
    <Ask node={node} aspect="total">
      <Size bytes={node.bytes} exact={exact} quality={node.quality} />
    </Ask>
  );
}

interface AskProps {
  readonly node: TreeNode;
  readonly aspect: Aspect;
  readonly children: ReactNode;
}

function Ask({ node, aspect, children }: AskProps): ReactNode {
  const { ask, choose } = usePage();
  return (
    <span
      className="source-button"
      data-bytes={aspect === 'total' ? node.bytes : undefined}
      onClick={(event) => {
        event.stopPropagation();
        choose({ row: node.key });
        ask({ about: 'row', key: node.key, aspect, anchor: event.currentTarget.getBoundingClientRect() });
      }}
    >
      {children}
    </span>
  );
}
