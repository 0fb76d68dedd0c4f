/*
 * What the link has to say for logs and metrics. Texts may hold what an agent sent: escape before printing.
 */
export type RefusalCode =
  | 'ProtocolRange'
  | 'Token'
  | 'BadHello'
  | 'DuplicateNode'
  | 'TooManyNodes'
  | 'BadReport'
  | 'ShuttingDown'
  | 'NotLeader'
  | 'NodeIdentity'
  | 'Unavailable';

/** And the text for whoever reads the agent's log. */
export type Refusal = readonly [RefusalCode, string];

export type ServerEvent =
  | { readonly kind: 'Connected'; readonly node: string; readonly agentVersion: string }
  | { readonly kind: 'Disconnected'; readonly node: string; readonly reason: string }
  | {
      readonly kind: 'Refused';
      readonly node: string | null;
      readonly code: RefusalCode;
      readonly text: string;
    }
  | { readonly kind: 'Resync'; readonly node: string }
  /** Served all the same: identities are only looked at. `tokenNode` null: the token is bound to no node. */
  | { readonly kind: 'NodeDiffers'; readonly node: string; readonly tokenNode: string | null }
  /** The agent names no pods until a list fits. */
  | { readonly kind: 'PodsWithheld'; readonly node: string; readonly reason: string };

export type AgentEvent =
  | { readonly kind: 'Connected'; readonly heldSequence: number }
  | { readonly kind: 'Disconnected'; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'Refused'; readonly code: RefusalCode; readonly text: string }
  | { readonly kind: 'ReportFailed'; readonly reason: string }
  /** Names and opt-ins of pods are not known until another list comes. */
  | { readonly kind: 'PodsRefused'; readonly reason: string };
