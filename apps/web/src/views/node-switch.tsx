/* Which node; with several of them a list that narrows as one types. */
import { useState, type ReactNode } from 'react';
import type { PageNode } from '../data/wire.js';
import { sizeText } from '../model/format.js';
import { shortened } from '../model/names.js';
import { usePage } from './page-context.js';
import { Popover } from './popover.js';

interface NodeSwitchProps {
  readonly nodes: readonly PageNode[];
  readonly current: string | null;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

export function NodeSwitch({ nodes, current, open, onOpen }: NodeSwitchProps): ReactNode {
  const name = current === null ? 'no node' : shortened(current, 60);
  if (nodes.length < 2)
    return (
      <p className="node-name cut">
        <bdi>{name}</bdi>
      </p>
    );
  return (
    <>
      <button
        type="button"
        className="node-name node-button cut"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-keyshortcuts="g n"
        title="Another node (g n)"
        id="node-switch"
        onClick={() => onOpen(true)}
      >
        <bdi>{name}</bdi> <span className="t3">of {nodes.length}</span> <span aria-hidden="true">▾</span>
      </button>
      {open && <NodeList nodes={nodes} current={current} onClose={() => onOpen(false)} />}
    </>
  );
}

/** A list longer than this is narrowed by typing, not by scrolling. */
const MOST_SHOWN = 50;

interface NodeListProps {
  readonly nodes: readonly PageNode[];
  readonly current: string | null;
  readonly onClose: () => void;
}

function NodeList({ nodes, current, onClose }: NodeListProps): ReactNode {
  const { choose } = usePage();
  const [query, setQuery] = useState('');
  const found = nodes.filter((node) => node.node.toLowerCase().includes(query.trim().toLowerCase()));
  const shown = found.slice(0, MOST_SHOWN);
  const go = (node: string): void => {
    choose({ node, device: null, row: null, turned: [] });
    onClose();
  };
  const anchor = document.getElementById('node-switch')?.getBoundingClientRect() ?? new DOMRect();
  const [fixedAnchor] = useState(anchor);
  return (
    <Popover label="Choose a node" anchor={fixedAnchor} onClose={onClose}>
      <input
        className="search wide"
        type="search"
        placeholder="Find a node"
        aria-label="Find a node"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && shown[0] !== undefined) go(shown[0].node);
        }}
      />
      <ul className="more-list">
        {shown.map((node) => (
          <li key={node.node}>
            <button type="button" aria-current={node.node === current} onClick={() => go(node.node)}>
              <bdi className="cut">{shortened(node.node, 80)}</bdi>
              <span className="t3">
                {node.connected ? `agent ${sizeText(node.agent?.rssBytes ?? null)}` : 'not connected'}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > shown.length && (
        <p className="t3">{found.length - shown.length} more: type to narrow</p>
      )}
      {found.length === 0 && <p className="t2">None of {nodes.length} nodes has that in its name.</p>}
    </Popover>
  );
}
