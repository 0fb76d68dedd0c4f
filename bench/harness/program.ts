/*
 * Programs of ../programs, each bundled once and run in a process of its own.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundleSource } from '../../libs/testing/bundle-source.mjs';
import { Child, type ChildOptions } from './child.js';

const OUTPUT_DEADLINE_MS = 120_000;
const bundled = new Map<string, Promise<string>>();

export async function startProgram(
  name: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Child> {
  return new Child([process.execPath, await pathOf(name), ...args], options);
}

/** What it prints, when it has ended. @param core the only one that it may run on */
export async function programOutput(name: string, args: readonly string[], core: number): Promise<string> {
  const command = ['-c', String(core), process.execPath, await pathOf(name), ...args];
  const { stdout } = await promisify(execFile)('taskset', command, { timeout: OUTPUT_DEADLINE_MS });
  return stdout;
}

function pathOf(name: string): Promise<string> {
  const path = bundled.get(name) ?? bundleSource(`bench/programs/${name}.ts`, `build/bench/${name}.mjs`);
  bundled.set(name, path);
  return path;
}
