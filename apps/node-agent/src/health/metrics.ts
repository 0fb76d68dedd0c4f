/*
 * The agent's own metrics in Prometheus' text format. No label holds anything from outside.
 */
import type { AgentInfo, ComponentHealth } from '#contracts/agent';
import type { NodeLedger } from '#contracts/ledger';

export interface MetricsSource {
  readonly agent: AgentInfo;
  readonly health: readonly ComponentHealth[];
  readonly ledger: NodeLedger | null;
  readonly counts: { readonly taken: number; readonly dropped: number };
  readonly seriesCount: number;
  readonly orders: { readonly executed: number; readonly refused: number; readonly unknown: number };
}

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly (readonly [labels: string, value: number])[];
}

export function metricsText(source: MetricsSource): string {
  return [...agentMetrics(source), ...deviceMetrics(source.ledger)].map(textOf).join('');
}

function agentMetrics({ agent, health, counts, seriesCount, orders }: MetricsSource): Metric[] {
  return [
    gauge('memwarden_agent_rss_bytes', 'Resident memory of the agent.', agent.rssBytes),
    gauge('memwarden_agent_cpu_percent', 'CPU of the agent, of one core.', agent.cpuPercent),
    gauge('memwarden_agent_sample_milliseconds', 'Time of the last sample.', agent.sampleMs),
    gauge('memwarden_agent_series', 'Series with history.', seriesCount),
    {
      name: 'memwarden_agent_samples_total',
      type: 'counter',
      help: 'Samples by outcome.',
      samples: [
        ['{outcome="taken"}', counts.taken],
        ['{outcome="dropped"}', counts.dropped],
      ],
    },
    {
      name: 'memwarden_agent_orders_total',
      type: 'counter',
      help: 'Orders by outcome.',
      samples: [
        ['{outcome="executed"}', orders.executed],
        ['{outcome="refused"}', orders.refused],
        ['{outcome="unknown"}', orders.unknown],
      ],
    },
    {
      name: 'memwarden_agent_component_ok',
      type: 'gauge',
      help: '1 while the component is well.',
      samples: health.map(({ component, state }) => [`{component="${component}"}`, state === 'ok' ? 1 : 0]),
    },
  ];
}

function deviceMetrics(ledger: NodeLedger | null): Metric[] {
  const host = ledger?.devices[0];
  if (host === undefined) return [];
  const known = (name: string, help: string, value: number | null): Metric[] =>
    value === null ? [] : [gauge(name, help, value)];
  return [
    ...known('memwarden_host_memory_used_bytes', 'MemTotal less MemFree.', host.usedBytes),
    ...known('memwarden_host_memory_reserved_bytes', 'Held by the kernel.', host.reservedBytes),
    ...known('memwarden_host_memory_unattributed_bytes', 'Held by nobody known.', host.unattributedBytes),
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [['', value]] };
}

function textOf({ name, type, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
