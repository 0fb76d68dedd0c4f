/* "Whose is it?": every device of the node as a bar, on one scale of 100 % a device, and what the fills mean. */
import type { ReactNode } from 'react';
import { clockTime, sizeText, span } from '../model/format.js';
import type { DeviceModel } from '../model/screen.js';
import { Bar } from './bar.js';
import { usePage } from './page-context.js';
import { Size } from './size.js';

interface DevicesProps {
  readonly models: readonly DeviceModel[];
  readonly chosenDevice: string | null;
  readonly chosenRow: string | null;
  readonly takenAtMs: number;
  readonly nowMs: number;
  readonly onChoose: (device: string, row: string | null) => void;
}

export function Devices(props: DevicesProps): ReactNode {
  const { models, takenAtMs, nowMs } = props;
  return (
    <section className="panel devices" aria-labelledby="whose">
      <header className="panel-head">
        <h2 id="whose">Whose is it?</h2>
        <time className="end t3" dateTime={isoOf(takenAtMs)} title={`${span(nowMs - takenAtMs)} ago`}>
          {clockTime(takenAtMs)}
        </time>
      </header>
      <div className={models.length <= 2 ? 'device-list tall' : 'device-list'}>
        {models.map((model) => (
          <DeviceRow
            key={model.device.id}
            model={model}
            selected={model.device.id === props.chosenDevice}
            chosenRow={model.device.id === props.chosenDevice ? props.chosenRow : null}
            onChoose={(row) => props.onChoose(model.device.id, row)}
          />
        ))}
      </div>
      <Legend models={models} />
    </section>
  );
}

function isoOf(ms: number): string | undefined {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}

interface DeviceRowProps {
  readonly model: DeviceModel;
  readonly selected: boolean;
  readonly chosenRow: string | null;
  readonly onChoose: (row: string | null) => void;
}

function DeviceRow({ model, selected, chosenRow, onChoose }: DeviceRowProps): ReactNode {
  const { device } = model;
  const { ask, exact } = usePage();
  return (
    <div className={selected ? 'device selected' : 'device'} role="group" aria-label={deviceName(model)}>
      <button
        type="button"
        className="device-name cut"
        aria-pressed={selected}
        onClick={() => onChoose(null)}
      >
        <bdi>{deviceName(model)}</bdi>
      </button>
      {device.usedBytes === null ? (
        <p className="bar unknown-use">? use unknown: the sensor has not answered</p>
      ) : (
        <Bar model={model} chosen={chosenRow} onChoose={onChoose} />
      )}
      <span className="device-used">
        <button
          type="button"
          className="source-button number"
          title="Where this number is from"
          onClick={(event) =>
            ask({ about: 'used', device: device.id, anchor: event.currentTarget.getBoundingClientRect() })
          }
        >
          <Size bytes={device.usedBytes} exact={exact} quality={device.quality} />
        </button>
        <span className="t3 of"> of {sizeText(device.totalBytes, exact)}</span>
      </span>
    </div>
  );
}

function deviceName(model: DeviceModel): string {
  return model.device.kind === 'host' ? 'Host' : model.device.name;
}

function Legend({ models }: { readonly models: readonly DeviceModel[] }): ReactNode {
  const groups = models.flatMap((model) => model.groups);
  const hued = new Map(
    groups.filter((group) => group.tone !== 'system').map((group) => [group.name, group.tone]),
  );
  const shared = groups.some((group) => group.tone === 'system' && group.units.some((unit) => !unit.gone));
  const gone = groups.some((group) => group.units.some((unit) => unit.gone));
  const unknown = models.some((model) => model.device.usedBytes === null);
  return (
    <ul className="legend" aria-label="What the fills mean">
      {[...hued].map(([name, tone]) => (
        <Key key={name} look={`tone-${tone}`} text={name} />
      ))}
      {shared && <Key look="tone-system" text={hued.size === 3 ? 'system and others' : 'system'} />}
      {gone && <Key look="tone-system gone" text="cgroup gone" />}
      <Key look="unattributed" text="unattributed" />
      <Key look="reserved" text="reserved" />
      <Key look="free" text="free" />
      {unknown && <Key look="unknown-use" text="unknown" />}
    </ul>
  );
}

function Key({ look, text }: { readonly look: string; readonly text: string }): ReactNode {
  return (
    <li>
      <i className={`swatch ${look}`} />
      <bdi>{text}</bdi>
    </li>
  );
}
