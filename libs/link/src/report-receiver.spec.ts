import { describe, expect, it } from '@jest/globals';
import { ANY_NODE, someReport } from '#testing';
import { encodeDelta, type Sequenced } from './delta-encode.js';
import { ReportReceiver } from './report-receiver.js';

const state = (sequence: number): Sequenced => ({ sequence, report: someReport({ takenAtMs: sequence }) });

describe('ReportReceiver', () => {
  it('drops the bases before the one that is in use: the agent never goes back', () => {
    const receiver = new ReportReceiver(ANY_NODE);
    receiver.receive(encodeDelta(null, state(1)));
    receiver.acknowledge();
    receiver.receive(encodeDelta(state(1), state(2)));
    receiver.acknowledge();
    expect(receiver.receive(encodeDelta(state(2), state(3))).kind).toBe('Applied');
    expect(receiver.receive(encodeDelta(state(1), state(4))).kind).toBe('BaseLost');
  });
});
