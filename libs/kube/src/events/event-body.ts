/*
 * Events as events.k8s.io/v1 takes them: every text within its bound, and the place that their subject prescribes.
 */
import type { StoredObject } from '#contracts/store';
import type { EventSubject, SaidEvent } from './event-line.js';

const MOST_NOTE_BYTES = 1024;
const MOST_WORD = 128;
const MOST_NAME = 200;

/** Who says it. */
export interface Reporter {
  /** Of a domain: memwarden.dev/controller. */
  readonly controller: string;
  /** The pod's name. */
  readonly instance: string;
}

/** Of what has no namespace there are Events in "default". */
export function eventNamespace({ namespace }: EventSubject): string {
  return namespace ?? 'default';
}

/** @param id a few hexadecimal digits that nobody else has */
export function eventName({ name }: EventSubject, id: string): string {
  const labels = name.slice(0, MOST_NAME).toLowerCase().split('.');
  const clean = labels.map((label) => label.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, ''));
  return [...clean.filter((label) => label !== ''), id].join('.');
}

export function eventBody(
  { event, first, last, count }: SaidEvent,
  name: string,
  reporter: Reporter,
): StoredObject {
  const { regarding, related, type, reason, action, note } = event;
  const body = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: eventNamespace(regarding) },
    eventTime: microTime(first.wallMs),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, MOST_WORD),
    regarding,
    ...(related && { related }),
    type,
    reason: reason.slice(0, MOST_WORD),
    action: action.slice(0, MOST_WORD),
    note: cut(note, MOST_NOTE_BYTES),
    ...(count > 1 && seriesBody(count, last.wallMs)),
  };
  return body;
}

export function seriesBody(count: number, lastMs: number): object {
  return { series: { count, lastObservedTime: microTime(lastMs) } };
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** Whole characters, and a sign that something is missing. */
function cut(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const start = Buffer.from(text)
    .subarray(0, mostBytes - 3)
    .toString('utf8');
  return `${start.replace(/\uFFFD+$/u, '')}…`;
}
