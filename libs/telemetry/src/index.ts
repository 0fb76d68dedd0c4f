/*
 * Metrics. The only user of the OpenTelemetry SDK.
 */
export {
  Telemetry,
  type CounterHandle,
  type HistogramHandle,
  type InstrumentOptions,
  type Sample,
  type TelemetryOptions,
} from './telemetry.js';
