/*
 * Metrics by the OpenTelemetry SDK, read as Prometheus text. OpenTelemetry's semantic names where there are some,
 * `memwarden.*` otherwise; no pid, no cgroup and no text from outside is ever a label; each instrument has at most
 * SERIES_LIMIT label sets, whatever it is fed.
 */
import type { Attributes, Meter, ObservableCallback } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

export interface TelemetryOptions {
  readonly serviceName: string;
  readonly serviceVersion: string;
}

/** What stands in a name: the unit goes into it, since the exporter does not append it. */
export interface InstrumentOptions {
  readonly description: string;
  readonly unit: string;
}

export interface Sample {
  readonly value: number;
  readonly attributes?: Attributes;
}

export interface CounterHandle {
  add(value: number, attributes?: Attributes): void;
}

export interface HistogramHandle {
  record(value: number, attributes?: Attributes): void;
}

const SERIES_LIMIT = 12_000;

type Observation = (meter: Meter) => void;

export class Telemetry implements AsyncDisposable {
  readonly #counters: Source;
  // Scope and target labels on each line would say the same thing a thousand times.
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  readonly #observations: Observation[] = [];

  constructor(private readonly options: TelemetryOptions) {
    this.#counters = new Source(options);
  }

  counter(name: string, options: InstrumentOptions): CounterHandle {
    return this.#counters.meter.createCounter(name, options);
  }

  /** `boundaries`: upper ends of the buckets, rising. */
  histogram(
    name: string,
    options: InstrumentOptions & { readonly boundaries: readonly number[] },
  ): HistogramHandle {
    const { boundaries, ...described } = options;
    const advice = { explicitBucketBoundaries: [...boundaries] };
    return this.#counters.meter.createHistogram(name, { ...described, advice });
  }

  /** Read when somebody scrapes; an observer that throws leaves its metric out. */
  gauge(name: string, options: InstrumentOptions, observe: () => Iterable<Sample>): void {
    this.#observations.push((meter) => {
      meter.createObservableGauge(name, options).addCallback(reportAll(observe));
    });
  }

  /** A total that something else counts. */
  total(name: string, options: InstrumentOptions, observe: () => Iterable<Sample>): void {
    this.#observations.push((meter) => {
      meter.createObservableCounter(name, options).addCallback(reportAll(observe));
    });
  }

  /** Prometheus text format 0.0.4. */
  async scrape(): Promise<string> {
    // The SDK never forgets a label set that was observed once: a node that is gone would be reported for ever, and take
    // the place of a new one. So what is observed is observed anew.
    await using observed = new Source(this.options);
    for (const observe of this.#observations) observe(observed.meter);
    const { resource, scopeMetrics } = await this.#counters.collect();
    const { scopeMetrics: more } = await observed.collect();
    return this.#serializer.serialize({ resource, scopeMetrics: [...scopeMetrics, ...more] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#counters[Symbol.asyncDispose]();
  }
}

/** Instruments that are collected together. */
class Source implements AsyncDisposable {
  readonly #exporter = new PrometheusExporter({ preventServerStart: true });
  readonly #provider: MeterProvider;
  readonly meter: Meter;

  constructor({ serviceName, serviceVersion }: TelemetryOptions) {
    this.#provider = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion }),
      readers: [this.#exporter],
      views: [{ instrumentName: '*', aggregationCardinalityLimit: SERIES_LIMIT }],
    });
    this.meter = this.#provider.getMeter('memwarden');
  }

  async collect(): Promise<ResourceMetrics> {
    return (await this.#exporter.collect()).resourceMetrics;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#provider.shutdown();
  }
}

function reportAll(observe: () => Iterable<Sample>): ObservableCallback {
  return (result) => {
    for (const { value, attributes } of observe()) result.observe(value, attributes);
  };
}
