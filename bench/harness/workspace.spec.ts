import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Workspace } from './workspace.js';

const silent = (): void => undefined;

it('ends what it holds in reverse order, once', async () => {
  const ended: string[] = [];
  const thing = (name: string): Disposable => ({ [Symbol.dispose]: () => void ended.push(name) });
  const workspace = new Workspace(silent);
  workspace.use(thing('a'));
  await workspace.section(async (section) => void section.use(thing('b')));
  expect(ended).toEqual(['b']);
  workspace.use(thing('c'));
  await workspace[Symbol.asyncDispose]();
  expect(ended).toEqual(['b', 'c', 'a']);
});

it('removes its folders although a section failed', async () => {
  let path = '';
  const workspace = new Workspace(silent);
  const failing = workspace.section(async (section) => {
    path = await section.folder();
    throw new TypeError('planted');
  });
  await expect(failing).rejects.toThrow(TypeError);
  expect(path).not.toBe('');
  expect(existsSync(path)).toBe(false);
});
