/*
 * What the guides and the runbook name is there: pages, values of the chart, objects that it makes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, objectsOf, render } from './support/helm.js';

const DOCS = join(import.meta.dirname, '../../docs');
const pages = [
  'guide/install.md',
  'guide/policies.md',
  ...readdirSync(join(DOCS, 'runbook')).map((file) => `runbook/${file}`),
];
const textOf = (page: string): string => readFileSync(join(DOCS, page), 'utf8');
const found = (text: string, pattern: RegExp): readonly string[] =>
  Array.from(text.matchAll(pattern), ([, name = '']) => name);

const values: unknown = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
const SECTIONS = Object.keys(values as object).join('|');
/** Such as agent.helper.enabled, with or without a value behind it. */
const VALUE = new RegExp(
  String.raw`(?<![\w./-])((?:${SECTIONS})\.[a-zA-Z][\w.]*\w)(?![\w./-]*\.(?:md|yaml|svc|com))`,
  'g',
);

function isValue(key: string): boolean {
  let value: unknown = values;
  for (const part of key.split('.')) {
    if (typeof value !== 'object' || value === null || !(part in value)) return false;
    value = (value as Record<string, unknown>)[part];
  }
  return true;
}

/** Kept by the running program, not made by the chart; and what people make in the guide. */
const OTHERS = [...['pause', 'breaker', 'link-ca', 'link-tls'], ...['viewer', 'redis-acl', 'redis-0']];

describe('the guides and the runbook', () => {
  it.each(pages)('%s leads to pages that are there', (page) => {
    const links = found(textOf(page), /\]\(([^)#]+)(?:#[^)]*)?\)/g).filter((link) => !link.includes('://'));
    expect(links.filter((link) => !existsSync(join(dirname(join(DOCS, page)), link)))).toEqual([]);
  });

  it('have a page in the runbook for each line of its index, and the other way', () => {
    const listed = found(textOf('runbook/README.md'), /\]\(([a-z-]+\.md)\)/g);
    const there = readdirSync(join(DOCS, 'runbook')).filter((file) => file !== 'README.md');
    expect([...new Set(listed)].sort()).toEqual(there.sort());
  });

  it.each(pages)('%s names values that the chart has', (page) => {
    const named = found(textOf(page), VALUE);
    expect(named.filter((key) => !isValue(key))).toEqual([]);
  });

  it.each(pages)('%s names objects that the chart makes', (page) => {
    const made = new Set(objectsOf(render('defaults')).map(({ metadata }) => metadata.name));
    const known = new Set([...made, ...OTHERS.map((name) => `memwarden-${name}`)]);
    const named = found(textOf(page), /(?<![\w/.-])(memwarden-[a-z0-9-]+)(?![\w/:-])/g);
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });
});
