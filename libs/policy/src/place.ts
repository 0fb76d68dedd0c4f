/*
 * Where the objects about a target are kept: with its pod, so that its owner may read them; else with the installation.
 */
import type { Target } from '#api';

/** @param installation its namespace; null where there are no namespaces (local mode) */
export function placeOf(
  name: string,
  { pod }: Target,
  installation: string | null,
): { readonly name: string; readonly namespace?: string } {
  return installation === null ? { name } : { name, namespace: pod?.namespace ?? installation };
}
