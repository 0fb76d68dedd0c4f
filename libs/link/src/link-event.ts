/*
 * What the link has to say for logs and metrics. Texts may hold what an agent sent: escape before printing.
 */
export type RefusalCode =
  'ProtocolRange' | 'Token' | 'BadHello' | 'DuplicateNode' | 'TooManyNodes' | 'BadReport' | 'ShuttingDown';

export type ServerEvent =
  | { readonly kind: 'Connected'; readonly node: string; readonly agentVersion: string }
  | { readonly kind: 'Disconnected'; readonly node: string; readonly reason: string }
  | {
      readonly kind: 'Refused';
      readonly node: string | null;
      readonly code: RefusalCode;
      readonly text: string;
    }
  | { readonly kind: 'Resync'; readonly node: string };

export type AgentEvent =
  | { readonly kind: 'Connected'; readonly heldSequence: number }
  | { readonly kind: 'Disconnected'; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'Refused'; readonly code: RefusalCode; readonly text: string }
  | { readonly kind: 'ReportFailed'; readonly reason: string };
