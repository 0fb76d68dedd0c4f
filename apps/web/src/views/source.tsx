/* Where a number is from, in a sheet beside it; for a row also who it is, in full. */
import { useEffect, useState, type ReactNode } from 'react';
import type { Api } from '../data/api.js';
import type { Explained, PageAgent } from '../data/wire.js';
import { sizeText } from '../model/format.js';
import { visible } from '../model/names.js';
import {
  costProvenance,
  rowProvenance,
  usedProvenance,
  type Fact,
  type Moment,
  type Provenance,
} from '../model/provenance.js';
import type { DeviceModel } from '../model/screen.js';
import type { TreeNode } from '../model/tree.js';
import type { Subject } from './page-context.js';
import { Popover } from './popover.js';

interface SourceProps {
  readonly subject: Subject;
  readonly model: DeviceModel | null;
  readonly agent: PageAgent | null;
  readonly moment: Moment;
  readonly api: Api;
  readonly node: string | null;
  readonly onClose: () => void;
}

export function Source(props: SourceProps): ReactNode {
  const explained = useExplained(props.api, props.node);
  const shown = provenanceOf(props, explained);
  if (shown === null) return null;
  const row = props.subject.about === 'row' ? props.model?.tree.byKey.get(props.subject.key) : undefined;
  return (
    <Popover
      label={`Where this number is from: ${shown.title}`}
      anchor={props.subject.anchor}
      onClose={props.onClose}
    >
      <p className="source-title">
        <bdi>{shown.title}</bdi>
      </p>
      <p className="source-figure">{shown.figure}</p>
      <FactList facts={shown.facts} />
      {row !== undefined && row.holder !== null && (
        <>
          <p className="source-part">Who</p>
          <FactList facts={whoFacts(row)} />
        </>
      )}
    </Popover>
  );
}

function provenanceOf(props: SourceProps, explained: ReadonlyMap<string, Explained>): Provenance | null {
  const { subject, model, agent, moment } = props;
  if (subject.about === 'cost') return agent === null ? null : costProvenance(agent, subject.aspect, moment);
  if (model === null) return null;
  const { device, tree } = model;
  if (subject.about === 'used')
    return usedProvenance(device, explained.get(`${device.id}/usedBytes`), moment);
  const node = tree.byKey.get(subject.key);
  if (node === undefined) return null;
  const row = { node, device, explained: explained.get(`${device.id}/${explainedKey(node)}`) };
  return rowProvenance(row, subject.aspect, moment);
}

function explainedKey(node: TreeNode): string {
  if (node.kind === 'reserved' || node.kind === 'unattributed') return `${node.kind}Bytes`;
  return node.holder?.id ?? '';
}

const NOTHING: ReadonlyMap<string, Explained> = new Map();

/** Asked for once per question: what a number is from does not change from sample to sample. */
function useExplained(api: Api, node: string | null): ReadonlyMap<string, Explained> {
  const [explained, setExplained] = useState(NOTHING);
  useEffect(() => {
    const ending = new AbortController();
    if (node !== null)
      void api.explained(node, ending.signal).then((answer) => {
        if (answer.ok && !ending.signal.aborted) setExplained(answer.value.explained);
      });
    return () => ending.abort();
  }, [api, node]);
  return explained;
}

export function FactList({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className="facts">
      {facts.map((fact) => (
        <div key={fact.term}>
          <dt>{fact.term}</dt>
          <dd className={fact.code === true ? 'mono' : undefined}>
            <bdi>{fact.text}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The full name, however long: this is the one place where it is not shortened. */
export function whoFacts(node: TreeNode): readonly Fact[] {
  const holder = node.holder;
  if (holder === null) return [];
  const facts: (readonly [string, string | number | undefined, boolean?])[] = [
    ['pid', holder.pid, true],
    ['uid', holder.uid, true],
    ['pod', joined(holder.namespace, holder.pod)],
    ['container', holder.container, true],
    ['workload', holder.workload],
    ['limit', holder.limitBytes === undefined ? undefined : sizeText(holder.limitBytes)],
    ['flags', holder.flags.length === 0 ? undefined : holder.flags.join(', ')],
    // Last: it may be 4 KiB long.
    [holder.kind === 'cgroup' ? 'cgroup' : 'name', visible(holder.name), true],
  ];
  return facts.flatMap(([term, value, code = false]) =>
    value === undefined
      ? []
      : [{ term, text: typeof value === 'string' ? visible(value) : String(value), code }],
  );
}

function joined(namespace: string | undefined, pod: string | undefined): string | undefined {
  return pod === undefined ? undefined : namespace === undefined ? pod : `${namespace}/${pod}`;
}
