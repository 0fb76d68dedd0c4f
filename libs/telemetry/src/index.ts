/*
 * Metrics. The only user of the OpenTelemetry SDK.
 */
export {
  Telemetry,
  type CounterHandle,
  type InstrumentOptions,
  type Sample,
  type TelemetryOptions,
} from './telemetry.js';
