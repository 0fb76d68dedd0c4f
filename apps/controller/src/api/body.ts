/*
 * Bodies that people send: checked against their schema, and refused with every problem and where it is.
 */
import type { z } from 'zod';
import type { Problem } from '#contracts/store';
import { RequestRefused } from './problem.js';

/** The request was understood and cannot be done as it is. */
export class Unprocessable extends RequestRefused {
  constructor(detail: string, problems: readonly Problem[]) {
    super(422, 'Unprocessable', detail, problems);
  }
}

/** An absent body is an empty object. @throws {Unprocessable} */
export function bodyAs<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new Unprocessable('The body is not what this takes; problems says where and why.', problems);
}
