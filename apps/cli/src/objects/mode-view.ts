/*
 * Whether anything may be done, and the voices that say so, as text.
 */
import type { ModeAnswer } from '../client/answers.js';
import { printable } from '../text/escape.js';
import { fields, type Field } from '../text/fields.js';
import { momentAndAge } from '../text/time.js';
import type { ViewOptions } from './view-options.js';

export function modeInFull(mode: ModeAnswer, { columns, nowMs }: ViewOptions): string[] {
  const list: Field[] = [
    ...mode.levels.map((level): Field => [level.level, voice(level)]),
    ...mode.nodes.map((node): Field => ['node', `${printable(node.node)}: ${voice(node)}`]),
    ['paused', paused(mode, nowMs)],
    ['breaker', opened(mode, nowMs)],
  ];
  return [headline(mode), ...fields(list, columns)];
}

/** What holds, in one line. */
export function headline(mode: ModeAnswer): string {
  if (mode.acts === 'Off') return `Acts are off: the mode is ${mode.effective}. Reading goes on.`;
  const silent = mode.nodes.filter((node) => node.mode !== 'Enforce').length;
  if (silent === 0) return 'Acts are on, where a policy says Enforce.';
  return silent === mode.nodes.length
    ? 'Acts are on, but no node would do them.'
    : `Acts are on, but ${silent} of ${mode.nodes.length} nodes would not do them.`;
}

function voice({ mode, reason }: { mode: string; reason: string }): string {
  return reason === '' ? mode : `${mode}, ${printable(reason)}`;
}

function paused({ pause }: ModeAnswer, nowMs: number): string | undefined {
  if (pause === null) return undefined;
  const reason = pause.reason === '' ? '' : `: ${printable(pause.reason)}`;
  return `by ${printable(pause.by)}${reason}\n${momentAndAge(pause.at, nowMs)}. To go on: memwarden resume`;
}

function opened({ breaker }: ModeAnswer, nowMs: number): string | undefined {
  if (breaker?.open !== true) return undefined;
  return `${printable(breaker.reason)}\nopen since ${momentAndAge(breaker.since, nowMs)}. When you know why: memwarden breaker reset`;
}
