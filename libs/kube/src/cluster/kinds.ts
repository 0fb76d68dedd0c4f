/*
 * The kinds of Kubernetes itself that are watched or acted on.
 */
import type { ResourceType } from '../client/resource-type.js';

const core = (kind: string, plural: string, isNamespaced: boolean): ResourceType => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  isNamespaced,
});
export const PODS = core('Pod', 'pods', true);
export const NODES = core('Node', 'nodes', false);
export const NAMESPACES = core('Namespace', 'namespaces', false);
export const SECRETS = core('Secret', 'secrets', true);
