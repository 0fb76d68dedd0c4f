/*
 * What the harness in test/cluster uses of the set-up tools; door.d.mts says the types.
 */
export { endRunning, which } from '../setup/command.mjs';
export { lock } from '../setup/lock.mjs';
export { howToInstall, install, mayInstall } from '../setup/system.mjs';
export { needImages } from './images.mjs';
export { missingParts } from './parts.mjs';
export { clusterCache, needPrograms, programPaths } from './programs.mjs';
