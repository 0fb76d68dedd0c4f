/*
 * What is injected. Ports are interfaces of libs/contracts; wiring/ says which adapter stands behind each.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { OrderAnswers } from '#contracts/order';
import type { ReportSink } from '#contracts/report';

export const AGENT_CONFIG = Symbol('AgentConfig');
export const CLOCK = Symbol('Clock');
export const HOST_SCANNER = Symbol('HostScanner');
export const REPORT_LINK = Symbol('ReportLink');

/** The way to the controller, as a thing with a life. */
export interface ReportLink extends ReportSink, OrderAnswers, AsyncDisposable {
  start(): void;
  health(): ComponentHealth;
}
