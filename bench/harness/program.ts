/*
 * Programs of ../programs, each bundled once and run in a process of its own.
 */
import { bundleSource } from '../../libs/testing/bundle-source.mjs';
import { Child, type ChildOptions } from './child.js';

const bundled = new Map<string, Promise<string>>();

export async function startProgram(
  name: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Child> {
  const path = bundled.get(name) ?? bundleSource(`bench/programs/${name}.ts`, `build/bench/${name}.mjs`);
  bundled.set(name, path);
  return new Child([process.execPath, await path, ...args], options);
}
