/*
 * Notices: what the page, the audit trail and telemetry are told. They carry news, never decisions:
 * with every subscriber gone nothing else changes.
 */

export type Notice =
  | { readonly kind: 'ledger'; readonly node: string; readonly takenAtMs: number }
  | { readonly kind: 'node'; readonly node: string; readonly state: 'connected' | 'disconnected' };

export type NoticePriority = 'critical' | 'normal';
