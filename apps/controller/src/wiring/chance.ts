/*
 * The one home of chance in this program.
 */
import { randomInt } from 'node:crypto';

const STEPS = 2 ** 32;

/** From 0 inclusive to 1 exclusive. */
export const chance = (): number => randomInt(STEPS) / STEPS;
