/* What watching costs: the agent's own memory and CPU, how well it is, and how hard pressed the node is. */
import type { ReactNode } from 'react';
import type { NodeLedger } from '#contracts/ledger';
import type { PageNode } from '../data/wire.js';
import { visible } from '../model/names.js';
import type { CostAspect } from '../model/provenance.js';
import { Size } from './size.js';
import { usePage } from './page-context.js';

interface CostProps {
  readonly node: PageNode | undefined;
  readonly pressure: NodeLedger['pressure'];
}

export function Cost({ node, pressure }: CostProps): ReactNode {
  const agent = node?.agent ?? null;
  const unwell = node?.health.filter((part) => part.state !== 'ok') ?? [];
  return (
    <section className="panel cost" aria-labelledby="cost-title">
      <header className="panel-head">
        <h2 id="cost-title">What watching costs</h2>
        {agent?.version != null && <span className="sub">agent {visible(agent.version)}</span>}
      </header>
      <ul className="figures">
        <Figure aspect="rss" label="memory">
          <Size bytes={agent?.rssBytes ?? null} exact={false} />
        </Figure>
        <Figure aspect="cpu" label="of one core">
          {agent?.cpuPercent == null ? (
            <Unknown />
          ) : (
            <Measure digits={agent.cpuPercent.toFixed(2)} unit="%" />
          )}
        </Figure>
        <Figure aspect="sample" label="a sample">
          {agent?.sampleMs == null ? <Unknown /> : <Measure digits={agent.sampleMs.toFixed(1)} unit="ms" />}
        </Figure>
      </ul>
      {pressure !== null && Number.isFinite(pressure.someAvg10) && (
        <p
          className="cost-line t2"
          title="/proc/pressure/memory: share of the last 10 s in which work waited for memory"
        >
          Node: work waited for memory {pressure.someAvg10.toFixed(1)} % of the last 10 s
          {pressure.oomKills === null ? '' : ` · ${pressure.oomKills} OOM kills since boot`}
        </p>
      )}
      {unwell.map((part) => (
        <p key={part.component} className="cost-line unwell">
          <b>{visible(part.component)}</b> {part.state}: {visible(part.reason ?? 'no reason given')}
        </p>
      ))}
    </section>
  );
}

interface FigureProps {
  readonly aspect: CostAspect;
  readonly label: string;
  readonly children: ReactNode;
}

function Figure({ aspect, label, children }: FigureProps): ReactNode {
  const { ask } = usePage();
  return (
    <li>
      <button
        type="button"
        className="source-button figure"
        title="Where this number is from"
        onClick={(event) =>
          ask({ about: 'cost', aspect, anchor: event.currentTarget.getBoundingClientRect() })
        }
      >
        {children}
      </button>
      <span className="t3">{label}</span>
    </li>
  );
}

function Measure({ digits, unit }: { readonly digits: string; readonly unit: string }): ReactNode {
  return (
    <>
      {digits}
      <span className="unit">{unit}</span>
    </>
  );
}

function Unknown(): ReactNode {
  return <span className="t3">unknown</span>;
}
