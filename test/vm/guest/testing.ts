/*
 * The guest's view of node:test: every test has a deadline, and figures travel to the host as diagnostics.
 */
import { describe, it, type TestContext } from 'node:test';

const DEADLINE_MS = 120_000;

export function suite(name: string, body: () => void): void {
  void describe(name, body);
}

type Body = (context: TestContext) => void | Promise<void>;

export function test(name: string, body: Body): void {
  void it(name, { timeout: DEADLINE_MS }, body);
}

/** `why` says what is missing; null: nothing is. */
export function testUnless(why: string | null, name: string, body: Body): void {
  void it(name, { timeout: DEADLINE_MS, ...(why !== null && { skip: why }) }, body);
}

/** Hands a measured value to the host, which keeps it with the results. */
export function figure(context: TestContext, name: string, value: object): void {
  context.diagnostic(`figure ${JSON.stringify({ name, ...value })}`);
}
