/* Outcomes and stages as shapes: what is told by colour is told by shape too. */
import type { ReactNode } from 'react';
import type { Outcome } from '../model/cleanup.js';
import type { Stage } from '../model/objects.js';
import type { PolicyState } from '../model/policy.js';

const RING = <circle cx="9" cy="9" r="7.2" />;
const DASHED = <circle cx="9" cy="9" r="7.2" strokeDasharray="2.4 2.1" />;

const OUTCOMES: Readonly<Record<Outcome, ReactNode>> = {
  Freed: (
    <>
      <circle cx="9" cy="9" r="8" fill="currentColor" stroke="none" />
      <path d="m5.6 9.3 2.3 2.3 4.5-4.9" className="mark-cut" />
    </>
  ),
  Ineffective: (
    <>
      {RING}
      <path d="M5.6 7.4h6.8M5.6 10.6h6.8" />
    </>
  ),
  Refused: (
    <>
      {RING}
      <path d="m4.2 13.8 9.6-9.6" />
    </>
  ),
  Unknown: (
    <>
      {DASHED}
      <path d="M7 7.2c.1-1.2 1-1.9 2.1-1.9s2 .7 2 1.8c0 1.4-1.9 1.5-1.9 2.9" />
      <circle cx="9.2" cy="12.4" r=".9" fill="currentColor" stroke="none" />
    </>
  ),
  DryRun: (
    <>
      {RING}
      <path d="M5.4 9h.1M8.95 9h.1M12.5 9h.1" strokeWidth="2" />
    </>
  ),
  UnderWay: (
    <>
      {RING}
      <path d="M9 1.8a7.2 7.2 0 0 1 0 14.4Z" fill="currentColor" stroke="none" />
    </>
  ),
  Cancelled: (
    <>
      {RING}
      <path d="m6.3 6.3 5.4 5.4m0-5.4-5.4 5.4" />
    </>
  ),
  Expired: (
    <>
      {RING}
      <path d="M9 5v4l2.6 1.6" />
    </>
  ),
  TargetGone: (
    <>
      {DASHED}
      <path d="M6 9h6" />
    </>
  ),
};

export function OutcomeMark({ outcome }: { readonly outcome: Outcome }): ReactNode {
  return <Shape look={`outcome-mark is-${outcome}`}>{OUTCOMES[outcome]}</Shape>;
}

const STAGES: Readonly<Record<Stage, ReactNode>> = {
  Suspected: <path d="M9 2.4 16.2 15H1.8Z" strokeDasharray="2.4 2.1" />,
  Confirmed: (
    <>
      <path d="M9 2.4 16.2 15H1.8Z" />
      <path d="M9 7.2v3.6M9 13h.01" />
    </>
  ),
  Closed: (
    <>
      {RING}
      <path d="m5.9 9.2 2.1 2.1 4-4.3" />
    </>
  ),
};

export function StageMark({ stage, urgent }: { readonly stage: Stage; readonly urgent: boolean }): ReactNode {
  return <Shape look={urgent ? 'outcome-mark is-urgent' : `outcome-mark is-${stage}`}>{STAGES[stage]}</Shape>;
}

const POLICIES: Readonly<Record<PolicyState, ReactNode>> = {
  InForce: (
    <>
      {RING}
      <circle cx="9" cy="9" r="3" fill="currentColor" stroke="none" />
    </>
  ),
  Observes: RING,
  Rejected: OUTCOMES.Cancelled,
  Shadowed: DASHED,
};

export function PolicyMark({ state }: { readonly state: PolicyState }): ReactNode {
  return <Shape look={`outcome-mark is-${state}`}>{POLICIES[state]}</Shape>;
}

function Shape({ look, children }: { readonly look: string; readonly children: ReactNode }): ReactNode {
  return (
    <svg
      className={look}
      viewBox="0 0 18 18"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}
