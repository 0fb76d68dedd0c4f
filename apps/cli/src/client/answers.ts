/*
 * What the REST interface answers, as much as the command reads (docs/reference/rest.md). Findings, cleanups and
 * policies are the custom resources of #api.
 */
import type { LadderStep } from '#api';
import type { AuditEntry } from '#contracts/audit';
import type { DeviceLedger } from '#contracts/ledger';
import type { Mode, ModeLevel } from '#contracts/mode';

/** GET /api/v1/nodes/{node}/ledger */
export interface LedgerAnswer {
  readonly node: string;
  readonly takenAt: string;
  readonly devices: readonly DeviceLedger[];
}

/** GET /api/v1/nodes */
export interface NodeAnswer {
  readonly node: string;
  readonly lastSeen: string;
  readonly connected?: boolean;
  readonly agent: {
    readonly version: string;
    readonly rssBytes: number;
    readonly cpuPercent: number;
    readonly sampleMs: number;
  };
}

export interface ModeAnswer {
  readonly effective: Mode;
  readonly acts: 'On' | 'Off';
  readonly levels: readonly ModeLevel[];
  readonly pause: { readonly by: string; readonly at: string; readonly reason: string } | null;
  readonly breaker: { readonly open: boolean; readonly reason: string; readonly since: string } | null;
  readonly nodes: readonly { readonly node: string; readonly mode: Mode; readonly reason: string }[];
}

export interface AuditAnswer {
  readonly entries: readonly AuditView[];
  readonly continue?: string;
}

export type AuditView = Omit<AuditEntry, 'atMs'> & { readonly at: string };

/** POST /api/v1/cleanups. Without a ladder the process is asked in each way that it has opted in to. */
export interface CleanupBody {
  readonly target: { readonly node: string; readonly holder: string };
  readonly ladder?: readonly StepRequest[];
  readonly reason?: string;
}

/** A step as in the custom resource; whether it may be done is not decided here. */
export type StepRequest = Pick<LadderStep, 'type' | 'verifyAfterSeconds' | 'minFreed' | 'evict'> & {
  readonly notify?: { readonly transport: 'Signal' | 'PodHTTP'; readonly signal?: string };
};
