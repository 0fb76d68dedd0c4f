/* The panels of one node: its devices, their rows, the chosen one of them, and what was done. */
import { useMemo, type ReactNode } from 'react';
import type { Api } from '../data/api.js';
import type { LiveState } from '../data/live.js';
import type { RecordsState } from '../data/records.js';
import type { PageNode } from '../data/wire.js';
import { matching, revealing, visibleRows, type View } from '../model/order.js';
import type { DeviceModel } from '../model/screen.js';
import type { Selection, Theme } from '../model/selection.js';
import { tagsOf, type Tag } from '../model/tags.js';
import { Chosen } from './chosen.js';
import { Cost } from './cost.js';
import { Devices } from './devices.js';
import { urgentNames } from './done.js';
import { usePage } from './page-context.js';
import { Rows } from './rows.js';

export function nodeShown(live: LiveState): PageNode | undefined {
  return live.nodes?.find((one) => one.node === live.node);
}

interface PanelsProps {
  readonly api: Api;
  readonly live: LiveState;
  readonly records: RecordsState;
  readonly models: readonly DeviceModel[];
  readonly model: DeviceModel;
  readonly selection: Selection;
  readonly nowMs: number;
  readonly takenAtMs: number;
  readonly theme: Theme;
  readonly done: ReactNode;
}

export function Panels(props: PanelsProps): ReactNode {
  const { api, live, records, models, model, selection, nowMs, takenAtMs, theme, done } = props;
  const { choose } = usePage();
  const view = useView(model, selection);
  const rows = useMemo(() => visibleRows(model.tree, view), [model, view]);
  const tags = useTags(model, records);
  const chooseRow = (device: string, row: string | null): void => {
    const tree = models.find((one) => one.device.id === device)?.tree;
    const turned = tree === undefined || row === null ? selection.turned : revealing(tree, row, view);
    choose({ device: device === models[0]?.device.id ? null : device, row, turned });
  };
  return (
    <>
      <Devices
        models={models}
        chosenDevice={model.device.id}
        chosenRow={selection.row}
        takenAtMs={takenAtMs}
        nowMs={nowMs}
        onChoose={chooseRow}
      />
      <Rows
        model={model}
        rows={rows}
        view={view}
        query={selection.query}
        sort={selection.sort}
        chosen={selection.row}
        tags={tags}
      />
      {done}
      <Chosen
        api={api}
        model={model}
        node={live.node ?? ''}
        selection={selection}
        takenAtMs={takenAtMs}
        theme={theme}
      />
      <Cost node={nodeShown(live)} pressure={live.ledger?.pressure ?? null} />
    </>
  );
}

function useTags(model: DeviceModel, records: RecordsState): ReadonlyMap<string, Tag> {
  const { findings, cleanups, policies } = records;
  const urgent = useMemo(() => urgentNames({ findings, cleanups, policies }), [findings, cleanups, policies]);
  return useMemo(() => tagsOf(model.tree, findings.items?.values() ?? [], urgent), [model, findings, urgent]);
}

function useView(model: DeviceModel, selection: Selection): View {
  const { sort, turned, query } = selection;
  const matches = useMemo(() => matching(model.tree, query), [model, query]);
  return useMemo(() => ({ sort, turned: new Set(turned), matches }), [sort, turned, matches]);
}
