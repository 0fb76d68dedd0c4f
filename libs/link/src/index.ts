/*
 * The link between node agents and the controller, in words of the vocabulary only.
 */
export { AgentLink, type AgentLinkCounters } from './agent-link.js';
export type { AgentLinkOptions } from './agent-link-options.js';
export { AddressInUse } from './errors.js';
export { LinkServer, type LinkServerOptions } from './link-server.js';
export type { AgentEvent, RefusalCode, ServerEvent } from './link-event.js';
export type { ServingCertificate } from './serving-credentials.js';
export { SharedToken } from './shared-token.js';
export type { AgentPeer } from './node-sessions.js';
export type { OrdersOptions } from './order-line.js';
export type { ProtocolRange } from './protocol.js';
