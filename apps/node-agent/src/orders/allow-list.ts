/*
 * The node's own allow list: what the people of this node let be done to its processes. Pure: a parsed document in, a
 * list or its problems out; a process and an act in, yes or a reason out.
 * An entry allows what matches every list that it has. What it does not name literally it never means: user 0, the
 * services of the system, infrastructure.
 */
import * as z from 'zod/mini';
import { InvalidValue } from '#contracts/errors';
import type { Act } from '#contracts/order';
import type { PodOfProcess } from './pods-here.js';
import type { ProcessFacts } from './process-files.js';
import type { Refusal } from './signal-rules.js';

const MOST_ENTRIES = 1_000;
const MOST_ITEMS = 1_000;
const MOST_PORT = 65_535;
/** Also what bounds the journal: it keeps a day. */
const MOST_PER_MINUTE = 600;

const texts = z.optional(
  z.array(z.string().check(z.minLength(1), z.maxLength(4096))).check(z.maxLength(MOST_ITEMS)),
);
const port = z.union([
  z.int().check(z.gte(1), z.lte(MOST_PORT)),
  z.string().check(z.regex(/^\d{1,5}(-\d{1,5})?$/)),
]);

const document = z.strictObject({
  version: z.literal(1),
  acts: z.strictObject({
    Notify: z.optional(
      z
        .array(
          z.strictObject({
            namespaces: texts,
            processes: texts,
            uids: z.optional(
              z.array(z.int().check(z.gte(0), z.lte(2 ** 32 - 1))).check(z.maxLength(MOST_ITEMS)),
            ),
            cgroups: texts,
            signals: texts,
            ports: z.optional(z.array(port).check(z.maxLength(MOST_ITEMS))),
          }),
        )
        .check(z.maxLength(MOST_ENTRIES)),
    ),
  }),
  ratePerMinute: z._default(z.int().check(z.gte(1), z.lte(MOST_PER_MINUTE)), 6),
});

interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface AllowEntry {
  readonly namespaces?: readonly string[] | undefined;
  readonly processes?: readonly string[] | undefined;
  readonly uids?: readonly number[] | undefined;
  readonly cgroups?: readonly string[] | undefined;
  readonly signals?: readonly string[] | undefined;
  readonly ports?: readonly PortRange[] | undefined;
}

export interface AllowList {
  readonly notify: readonly AllowEntry[];
  readonly ratePerMinute: number;
}

/** @throws {InvalidValue} naming the first place that is wrong */
export function readAllowList(value: unknown): AllowList {
  const parsed = document.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue === undefined || issue.path.length === 0 ? 'the whole document' : issue.path.join('.');
    throw new InvalidValue(`${at}: ${issue?.message ?? 'not an allow list'}`);
  }
  const { acts, ratePerMinute } = parsed.data;
  const notify = (acts.Notify ?? []).map(({ ports, ...entry }) => ({
    ...entry,
    ...(ports && { ports: ports.map(rangeOf) }),
  }));
  return { notify, ratePerMinute };
}

function rangeOf(value: number | string): PortRange {
  const [from = 0, to = from] = String(value).split('-').map(Number);
  if (from < 1 || to > MOST_PORT || from > to)
    throw new InvalidValue(`ports: ${value} is no range of ports.`);
  return { from, to };
}

/** In `namespaces`: every one whose name need not be said. */
const ANY = '*';

/** What an entry must name before it means this process. */
export interface Guarded {
  /** Null: no service of the system. Else the service's cgroup. */
  readonly service: string | null;
  /** Null: no infrastructure. Else the name that must stand in `processes`. */
  readonly infrastructure: string | null;
  /** Null: not in a pod. Infrastructure must be named by its namespace. */
  readonly pod: PodOfProcess | null;
}

export interface Wish {
  readonly act: Act;
  /** For PodHTTP: where it would go. */
  readonly port: number | null;
}

/** Null: allowed. */
export function refusalByList(
  { notify }: AllowList,
  facts: ProcessFacts,
  guarded: Guarded,
  wish: Wish,
): Refusal | null {
  if (guarded.pod !== null && guarded.pod.pod === null) return UNKNOWN_POD;
  const matching = notify.filter(
    (entry) => meansPod(entry, guarded.pod) && meansProcess(entry, facts) && meansAct(entry, wish),
  );
  if (matching.length === 0)
    return {
      reason: 'NotAllowedHere',
      detail: 'No entry of this node’s allow list matches the process and the act.',
    };
  return refusalByNames(matching, facts, guarded);
}

const UNKNOWN_POD: Refusal = {
  reason: 'NotAllowedHere',
  detail: 'It is in a pod that the controller has not told this agent of: whose it is nobody can say.',
};

function refusalByNames(
  matching: readonly AllowEntry[],
  facts: ProcessFacts,
  guarded: Guarded,
): Refusal | null {
  return (
    unlessNamed(matching, ({ uids }) => !facts.status.uids.includes(0) || (uids ?? []).includes(0), {
      reason: 'ProtectedUser',
      detail: 'It runs as root, and no entry of the allow list that matches names uid 0.',
    }) ??
    unlessNamed(
      matching,
      ({ cgroups }) => guarded.service === null || (cgroups ?? []).includes(guarded.service),
      {
        reason: 'SystemService',
        detail: 'It is a service of the system, and no entry that matches names its cgroup.',
      },
    ) ??
    unlessNamed(
      matching,
      ({ processes }) =>
        guarded.infrastructure === null || (processes ?? []).includes(guarded.infrastructure),
      {
        reason: 'Infrastructure',
        detail: 'It is infrastructure, and no entry that matches names its process.',
      },
    ) ??
    unlessNamed(matching, (entry) => namesNamespace(entry, guarded.pod), {
      reason: 'Infrastructure',
      detail:
        'Its pod is static, of kube-system or of Memwarden, and no entry that matches names its namespace.',
    }) ??
    unlessNamed(matching, (entry) => meansAll(entry, facts, guarded), {
      reason: 'NotAllowedHere',
      detail: 'No single entry of the allow list names all that must be named.',
    })
  );
}

function unlessNamed(
  matching: readonly AllowEntry[],
  isNamed: (entry: AllowEntry) => boolean,
  refusal: Refusal,
): Refusal | null {
  return matching.some(isNamed) ? null : refusal;
}

function meansAll(entry: AllowEntry, facts: ProcessFacts, guarded: Guarded): boolean {
  const { uids, cgroups, processes } = entry;
  return (
    (!facts.status.uids.includes(0) || (uids ?? []).includes(0)) &&
    (guarded.service === null || (cgroups ?? []).includes(guarded.service)) &&
    (guarded.infrastructure === null || (processes ?? []).includes(guarded.infrastructure)) &&
    namesNamespace(entry, guarded.pod)
  );
}

/** An entry is of pods, by its namespaces, or of none. */
function meansPod({ namespaces }: AllowEntry, here: PodOfProcess | null): boolean {
  if (namespaces === undefined || here === null) return namespaces === undefined && here === null;
  return here.pod !== null && (namespaces.includes(ANY) || namespaces.includes(here.pod.namespace));
}

function namesNamespace({ namespaces }: AllowEntry, here: PodOfProcess | null): boolean {
  if (here?.isInfrastructure !== true) return true;
  return (namespaces ?? []).includes(here.pod?.namespace ?? '');
}

function meansProcess({ processes, uids, cgroups }: AllowEntry, facts: ProcessFacts): boolean {
  if (processes !== undefined && !processes.includes(facts.comm)) return false;
  // Every one of them: a program that can become somebody else is of both.
  if (uids !== undefined && !facts.status.uids.every((uid) => uids.includes(uid))) return false;
  return cgroups === undefined || facts.cgroups.some(({ path }) => cgroups.some((of) => isBelow(path, of)));
}

function meansAct({ signals, ports }: AllowEntry, { act, port: wanted }: Wish): boolean {
  if (act.transport === 'Signal') return signals?.includes(act.signal) ?? false;
  return wanted !== null && (ports ?? []).some(({ from, to }) => wanted >= from && wanted <= to);
}

export function isBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor.endsWith('/') ? ancestor : `${ancestor}/`);
}
