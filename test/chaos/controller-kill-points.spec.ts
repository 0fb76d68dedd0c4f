import { describe } from '@jest/globals';
import { killPoints } from './kill-points.js';

describe('controller', () => {
  killPoints('controller');
});
