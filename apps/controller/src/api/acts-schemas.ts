/*
 * The shapes of what is said and asked about acts: modes, pause, breaker, audit, cleanups by hand, validation of policies.
 * The objects themselves have the shapes of the custom resources: docs/reference/crds.md.
 */
import { z } from 'zod';

const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC', example: '2026-11-21T10:00:00.000Z' });
const mode = z.enum(['Observe', 'DryRun', 'Enforce']).meta({ id: 'Mode' });
/** What the kernel or a person wrote: as it is, bounded. */
const words = (most: number): z.ZodString => z.string().max(most);

const objectOf = (kind: string) =>
  z
    .looseObject({
      apiVersion: z.literal('memwarden.dev/v1alpha1'),
      kind: z.literal(kind),
      metadata: z.looseObject({ name: z.string(), uid: z.string().optional() }),
      spec: z.looseObject({}),
      status: z.looseObject({}).optional(),
    })
    .meta({ id: kind, description: `A ${kind}: docs/reference/crds.md describes every field` });

const listOf = (item: z.ZodType, id: string) =>
  z
    .object({
      items: z.array(item),
      continue: z.string().optional().meta({ description: 'Ask again with it for what is left' }),
    })
    .meta({ id });

export const policy = objectOf('MemoryPolicy');
export const finding = objectOf('MemoryFinding');
export const cleanup = objectOf('MemoryCleanup');
export const policyList = listOf(policy, 'MemoryPolicyList');
export const findingList = listOf(finding, 'MemoryFindingList');
export const cleanupList = listOf(cleanup, 'MemoryCleanupList');

export const modeView = z
  .object({
    effective: mode.meta({ description: 'The least of all levels' }),
    acts: z.enum(['On', 'Off']).meta({ description: 'Off: nothing is acted on, on any node' }),
    levels: z.array(z.object({ level: z.string(), mode, reason: z.string() })),
    pause: z.object({ by: z.string(), at: time, reason: z.string() }).nullable(),
    breaker: z.object({ open: z.literal(true), reason: z.string(), since: time }).nullable(),
    nodes: z
      .array(z.object({ node: z.string(), mode, reason: z.string() }))
      .meta({ description: 'What each agent would do at most' }),
  })
  .meta({ id: 'ModeView' });

export const pauseRequest = z.strictObject({ reason: words(256).optional() }).meta({ id: 'PauseRequest' });

export const cleanupRequest = z
  .strictObject({
    target: z.strictObject({
      node: words(253).min(1),
      holder: words(8192).min(1).meta({ description: "A row's id from the node's ledger" }),
    }),
    ladder: z
      .array(z.looseObject({ type: z.string() }))
      .min(1)
      .max(6)
      .optional()
      .meta({
        description: 'Steps as in MemoryCleanup; absent: ask the process in each way it has opted in to',
      }),
    reason: words(256).optional(),
  })
  .meta({ id: 'CleanupRequest' });

const problemAt = z.object({
  path: z.string().meta({ description: 'Where in what was sent' }),
  message: z.string(),
});

export const validation = z
  .object({
    accepted: z.boolean(),
    items: z.array(
      z.object({
        name: z.string(),
        accepted: z.boolean(),
        reason: z.enum(['Invalid', 'Unsupported', 'Unreadable', 'Duplicate']).optional(),
        problems: z.array(problemAt),
      }),
    ),
  })
  .meta({ id: 'PolicyValidation' });

export const auditPage = z
  .object({
    entries: z.array(
      z.object({
        id: z.string(),
        at: time,
        who: z.string(),
        what: z.string(),
        node: z.string().nullable(),
        subject: z.string(),
        target: z.string().nullable().meta({ description: 'As the kernel has it: escape before printing' }),
        reason: z.string(),
        message: z.string(),
        beforeBytes: z.int().nullable(),
        afterBytes: z.int().nullable(),
      }),
    ),
    continue: z.string().optional().meta({ description: 'Ask again with it for older ones' }),
  })
  .meta({ id: 'AuditPage' });

export type ModeView = z.infer<typeof modeView>;
export type PolicyValidation = z.infer<typeof validation>;
export type AuditPageView = z.infer<typeof auditPage>;
