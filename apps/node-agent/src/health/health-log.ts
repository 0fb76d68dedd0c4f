/*
 * Says once when a component becomes unwell, and once when it is well again: health itself is in every report.
 */
import type { ComponentHealth } from '#contracts/agent';

export interface HealthLogger {
  log(message: string): void;
  warn(message: string): void;
}

export class HealthLog {
  private readonly states = new Map<string, ComponentHealth['state']>();

  constructor(private readonly logger: HealthLogger) {}

  note(health: readonly ComponentHealth[]): void {
    for (const { component, state, reason } of health) {
      const before = this.states.get(component) ?? 'ok';
      this.states.set(component, state);
      if (state === before) continue;
      if (state === 'ok') this.logger.log(`${component} is well again.`);
      else this.logger.warn(`${component} is ${state}: ${reason ?? 'no reason given'}`);
    }
  }
}
