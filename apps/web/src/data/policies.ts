/* Policies into what the page shows. A file that could not be read has a name and says why; everything else is missing. */
import type { Detector, Policy, PolicyAction } from '../model/objects.js';
import { conditionsOf, ladderFrom, modeOf, nameOf, part } from './objects.js';
import { isObject, number, objects, text, texts, type Json } from './wire.js';

const SOURCE = 'memwarden.dev/source';

export function policyFrom(item: Json): Policy | null {
  const name = nameOf(item);
  if (name === null) return null;
  const metadata = part(item, 'metadata');
  const spec = part(item, 'spec');
  const { any } = conditionsOf(item);
  return {
    key: name,
    name,
    generation: number(metadata['generation']) ?? null,
    observedGeneration: number(part(item, 'status')['observedGeneration']) ?? null,
    mode: item['spec'] === undefined ? null : modeOf(spec['mode']),
    paused: spec['paused'] === true,
    precedence: number(spec['matchingPrecedence']) ?? null,
    match: matchWords(part(spec, 'match')),
    detectors: objects(spec['detectors']).map(detectorFrom),
    actions: objects(spec['actions']).map(actionFrom),
    windows: objects(spec['windows']).map(windowWords),
    limits: limitWords(part(spec, 'limits')),
    accepted: any('Accepted'),
    inForce: any('InForce'),
    ...countsFrom(part(item, 'status')),
    source: text(part(metadata, 'annotations')[SOURCE]) ?? null,
  };
}

function countsFrom(status: Json): Pick<Policy, 'rules' | 'lastDay'> {
  const rules = status['rules'];
  const day = status['lastDay'];
  return {
    rules: isObject(rules)
      ? {
          targets: number(rules['pods']) ?? 0,
          shadowed: number(rules['shadowed']) ?? 0,
          shadowedBy: texts(rules['shadowedBy']),
        }
      : null,
    lastDay: isObject(day)
      ? {
          wouldAct: number(day['wouldAct']) ?? 0,
          acted: number(day['acted']) ?? 0,
          freedBytes: number(day['freedBytes']) ?? 0,
          refused: objects(day['refused']).map((one) => ({
            reason: text(one['reason']) ?? '',
            count: number(one['count']) ?? 0,
          })),
        }
      : null,
  };
}

function detectorFrom(one: Json): Detector {
  const pressure = part(one, 'pressure');
  return {
    name: text(one['name']) ?? '',
    type: text(one['type']) ?? '',
    signal: text(pressure['signal']) ?? null,
    percentOfLimit: number(pressure['percentOfLimit']) ?? null,
    clearPercent: number(pressure['clearPercent']) ?? null,
    forSeconds: number(pressure['forSeconds']) ?? null,
  };
}

function actionFrom(one: Json): PolicyAction {
  return {
    detectors: texts(one['detectors']),
    ladder: ladderFrom(one['ladder']),
    cooldownSeconds: number(one['cooldownSeconds']) ?? null,
    maxIneffective: number(one['maxIneffective']) ?? null,
  };
}

function matchWords(match: Json): string {
  const names = texts(part(match, 'processes')['names']);
  const types = texts(part(match, 'devices')['types']);
  const labels = (['nodeSelector', 'namespaceSelector', 'podSelector'] as const).flatMap((selector) =>
    selectorWords(selector.replace('Selector', 's'), part(match, selector)),
  );
  const words = [
    ...(match['all'] === true ? ['everything'] : []),
    ...(names.length > 0 ? [`processes named ${names.join(', ')}`] : []),
    ...(types.length > 0 ? [`on ${types.join(', ')}`] : []),
    ...labels,
  ];
  return words.join('; ');
}

function selectorWords(what: string, selector: Json): readonly string[] {
  const labels = Object.entries(part(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const expressions = objects(selector['matchExpressions']).map((one) =>
    `${text(one['key']) ?? ''} ${text(one['operator']) ?? ''} ${texts(one['values']).join(', ')}`.trim(),
  );
  const all = [...labels, ...expressions];
  return all.length === 0 ? [] : [`${what} with ${all.join(', ')}`];
}

function windowWords(one: Json): string {
  const hours = (number(one['durationSeconds']) ?? 0) / 3600;
  return `${text(one['schedule']) ?? ''} for ${Number(hours.toFixed(2))} h, ${text(one['timeZone']) ?? 'UTC'}`;
}

const LIMITS: readonly (readonly [string, string])[] = [
  ['perHour', 'an hour'],
  ['perNamespacePerHour', 'an hour and namespace'],
  ['perNode', 'at once on a node'],
];

function limitWords(limits: Json): string {
  return LIMITS.flatMap(([key, words]) => {
    const value = number(limits[key]);
    return value === undefined ? [] : [`${value} ${words}`];
  }).join(', ');
}
