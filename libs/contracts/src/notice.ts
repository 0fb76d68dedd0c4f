/*
 * Notices: what the page, the audit trail and telemetry are told. They carry news, never decisions:
 * with every subscriber gone nothing else changes.
 */

export type Notice =
  | { readonly kind: 'ledger'; readonly node: string; readonly takenAtMs: number }
  | { readonly kind: 'node'; readonly node: string; readonly state: 'connected' | 'disconnected' }
  | {
      readonly kind: 'finding' | 'cleanup';
      readonly node: string;
      readonly name: string;
      readonly state: string;
    }
  | { readonly kind: 'policy'; readonly name: string; readonly state: string }
  /** Pause, breaker, agents' vetoes, the queue: read GET /api/v1/mode anew. */
  | { readonly kind: 'mode'; readonly reason: string };

export type NoticePriority = 'critical' | 'normal';
