import { describe, expect, it } from '@jest/globals';
import { placeOf } from './place.js';

const target = { node: 'n', bootID: 'b', device: 'host', holder: 'h' };
const pod = { namespace: 'team', name: 'p', uid: 'u' };

describe('where objects about a target are', () => {
  it('is with its pod, else with the installation', () => {
    expect(placeOf('x', { ...target, pod }, 'memwarden')).toEqual({ name: 'x', namespace: 'team' });
    expect(placeOf('x', target, 'memwarden')).toEqual({ name: 'x', namespace: 'memwarden' });
  });

  it('is nowhere in particular where there are no namespaces', () => {
    expect(placeOf('x', { ...target, pod }, null)).toEqual({ name: 'x' });
  });
});
