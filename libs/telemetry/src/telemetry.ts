/*
 * Metrics by the OpenTelemetry SDK, read as Prometheus text. OpenTelemetry's semantic names where there are some,
 * `memwarden.*` otherwise; no pid, no cgroup and no text from outside is ever a label; each instrument has at most
 * SERIES_LIMIT label sets, whatever it is fed.
 */
import type { Attributes, Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

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

const SERIES_LIMIT = 12_000;

export class Telemetry implements AsyncDisposable {
  readonly #provider: MeterProvider;
  readonly #exporter = new PrometheusExporter({ preventServerStart: true });
  // Scope and target labels on each line would say the same thing a thousand times.
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  readonly #meter: Meter;

  constructor({ serviceName, serviceVersion }: TelemetryOptions) {
    this.#provider = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion }),
      readers: [this.#exporter],
      views: [{ instrumentName: '*', aggregationCardinalityLimit: SERIES_LIMIT }],
    });
    this.#meter = this.#provider.getMeter('memwarden');
  }

  counter(name: string, options: InstrumentOptions): CounterHandle {
    return this.#meter.createCounter(name, options);
  }

  /** Read when somebody scrapes; an observer that throws leaves its metric out. */
  gauge(name: string, options: InstrumentOptions, observe: () => Iterable<Sample>): void {
    this.#meter.createObservableGauge(name, options).addCallback((result) => {
      for (const { value, attributes } of observe()) result.observe(value, attributes);
    });
  }

  /** A total that something else counts. */
  total(name: string, options: InstrumentOptions, observe: () => Iterable<Sample>): void {
    this.#meter.createObservableCounter(name, options).addCallback((result) => {
      for (const { value, attributes } of observe()) result.observe(value, attributes);
    });
  }

  /** Prometheus text format 0.0.4. */
  async scrape(): Promise<string> {
    const { resourceMetrics } = await this.#exporter.collect();
    return this.#serializer.serialize(resourceMetrics);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#provider.shutdown();
  }
}
