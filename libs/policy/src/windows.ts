/*
 * When a policy may act (the windows themselves are #api's: schedules were validated there).
 */
import { windowsAt, type PolicyWindow } from '#api';

/** `nowMs` while a window is open or there are none, else the next opening; Infinity: never. Wall time. */
export function opensAt(windows: readonly PolicyWindow[], nowMs: number): number {
  const { isOpen, changesAtMs } = windowsAt(windows, nowMs);
  return isOpen ? nowMs : (changesAtMs ?? Infinity);
}
