/*
 * The pause and the breaker as they stand in their files.
 */
import { z } from 'zod';
import type { Pause } from '#contracts/mode';
import type { Codec } from '#contracts/codec';
import type { KeptBreaker } from '../acts/acting.js';

const time = z.int().min(0);

function codecOf<T>(kind: string, schema: z.ZodType<T>): Codec<T> {
  return {
    kind,
    decode: (value) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return { ok: true, object: parsed.data };
      const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      return { ok: false, problems };
    },
  };
}

export const pauseCodec: Codec<Pause> = codecOf(
  'Pause',
  z.strictObject({ by: z.string().max(256), atMs: time, reason: z.string().max(1024) }),
);

export const breakerCodec: Codec<KeptBreaker> = codecOf(
  'OpenBreaker',
  z.union([
    z.strictObject({ openedAtMs: time, reason: z.string().max(1024) }),
    z.strictObject({ resetAtMs: time }),
  ]),
);
