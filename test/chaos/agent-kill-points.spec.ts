import { describe } from '@jest/globals';
import { killPoints } from './kill-points.js';

describe('agent', () => {
  killPoints('agent');
});
