/*
 * Which rows carry a tag: those with an open finding, and, while they are folded, the rows above one, so that
 * no finding is hidden by a fold.
 */
import { counted } from './day.js';
import { holdsText, isOpen } from './finding.js';
import type { Finding } from './objects.js';
import { withAncestors, type Tree } from './tree.js';

export interface Tag {
  /** Its own finding; null: those of rows below it. */
  readonly finding: Finding | null;
  readonly below: number;
  readonly isUrgent: boolean;
}

export function tagsOf(
  tree: Tree,
  findings: Iterable<Finding>,
  urgent: ReadonlySet<string>,
): ReadonlyMap<string, Tag> {
  const tags = new Map<string, Tag>();
  for (const finding of findings) {
    const { holder } = finding.target;
    if (!isOpen(finding) || !tree.byKey.has(holder)) continue;
    for (const key of withAncestors(tree, holder))
      tags.set(key, joined(tags.get(key), key === holder ? finding : null, urgent.has(finding.name)));
  }
  return tags;
}

function joined(tag: Tag | undefined, finding: Finding | null, isUrgent: boolean): Tag {
  return {
    finding: finding ?? tag?.finding ?? null,
    below: (tag?.below ?? 0) + (finding === null ? 1 : 0),
    isUrgent: isUrgent || tag?.isUrgent === true,
  };
}

export function tagWords(tag: Tag): string {
  const own = tag.finding === null ? [] : [`${tag.finding.stage} finding: ${holdsText(tag.finding)}`];
  const below = tag.below === 0 ? [] : [`${counted(tag.below, 'finding')} below`];
  const urgent = tag.isUrgent ? ['needs a person'] : [];
  return [...own, ...below, ...urgent].join(', ');
}
