/*
 * resources.fuzz in a process of its own. Argument: how many runs.
 */
import { fuzz } from '../../libs/resources/test/fuzz.js';
import { seededRandom } from '../harness/statistics.js';

const SEED = 4;
const AT_ONCE = 5000;
const tally = await fuzz(Number(process.argv[2]), seededRandom(SEED), AT_ONCE);
process.send?.({ event: 'done', ...tally }, () => process.disconnect());
