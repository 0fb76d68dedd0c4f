/*
 * The first column of a list over several namespaces.
 */
import type { Column } from '../text/table.js';
import { printable } from '../text/escape.js';
import type { ViewOptions } from './view-options.js';

interface Placed {
  readonly metadata: { readonly namespace?: string };
}

export function namespaceColumn<T extends Placed>({ withNamespace }: ViewOptions): Column<T>[] {
  return withNamespace === true
    ? [{ title: 'NAMESPACE', text: ({ metadata }) => printable(metadata.namespace ?? ''), least: 9 }]
    : [];
}
