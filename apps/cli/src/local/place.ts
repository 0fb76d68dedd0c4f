/*
 * Where the parts of this installation are: found by walking up from this program, so that it is the same from a
 * bundle, from dist/ and in a test.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Unavailable } from '#contracts/errors';

export interface Installation {
  readonly root: string;
  readonly bundles: string;
  readonly launcher: string;
  readonly library: string;
  readonly node: string;
}

/** @throws {Unavailable} outside a checkout */
export function findInstallation(from: string, node: string): Installation {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'bin/memwarden')))
      return at(folder, node);
    if (folder === dirname(folder))
      throw new Unavailable(`There is no Memwarden around ${from}. Run it from a checkout.`);
  }
}

function at(root: string, node: string): Installation {
  return {
    root,
    bundles: join(root, 'bundle'),
    launcher: join(root, 'build/native/memwarden-launch'),
    library: join(root, 'build/native/libmemwarden.so'),
    node,
  };
}

/** The programs that local mode starts. @throws {Unavailable} naming the first that was not built */
export function expectBuilt(installation: Installation): void {
  const { bundles, launcher, library } = installation;
  const needed = [
    launcher,
    library,
    join(bundles, 'controller/main.mjs'),
    join(bundles, 'node-agent/main.mjs'),
  ];
  const absent = needed.find((file) => !existsSync(file));
  if (absent !== undefined)
    throw new Unavailable(`${absent} is not built. Run "npm run build" in ${installation.root}.`);
}
