/*
 * A module of its own, so that the bundle keeps the parser apart and loads it with the first allow list.
 */
export { parseYaml } from '#api';
