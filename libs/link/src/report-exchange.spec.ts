import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeReport } from '#contracts/report';
import { ANY_NODE, anyReport } from '#testing';
import { Report } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { ReportReceiver } from './report-receiver.js';
import { ReportSender } from './report-sender.js';

/** Over the wire and back. */
function carried(message: wire.Report): wire.Report {
  return Report.decode(Report.encode(message).finish());
}

type Act =
  | { readonly kind: 'offer'; readonly report: NodeReport }
  | { readonly kind: 'send' | 'cut' | 'forget' }
  | {
      readonly kind: 'deliver' | 'repeat' | 'lose' | 'ack' | 'deliverAck' | 'loseAck';
      readonly which: number;
    };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: anyReport.map((report): Act => ({ kind: 'offer', report })) },
  { weight: 1, arbitrary: fc.constantFrom<Act>({ kind: 'cut' }, { kind: 'forget' }) },
  { weight: 4, arbitrary: fc.constant<Act>({ kind: 'send' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'deliver' as const,
        'repeat' as const,
        'lose' as const,
        'ack' as const,
        'deliverAck' as const,
        'loseAck' as const,
      ),
      which: fc.nat(5),
    }),
  },
);

type Back = { readonly ack: wire.Ack } | { readonly resync: true };

/** A link that loses, repeats and reorders in both directions, and whose ends are cut off from each other. */
class LossyLink {
  readonly sender: ReportSender;
  readonly offered = new Map<number, NodeReport>();
  readonly applied: NodeReport[] = [];
  readonly sequences: number[] = [];
  readonly expected: (NodeReport | undefined)[] = [];
  receiver = new ReportReceiver(ANY_NODE);
  #out: wire.Report[] = [];
  #back: Back[] = [];

  constructor(spoolBytes: number) {
    this.sender = new ReportSender(spoolBytes);
    this.connect();
  }

  connect(): void {
    this.sender.end();
    this.sender.begin({ heldSequence: this.receiver.begin(), window: 4 });
  }

  act(step: Act): void {
    switch (step.kind) {
      case 'offer':
        this.offer(step.report);
        break;
      case 'send':
        this.send();
        break;
      case 'cut':
        this.connect();
        break;
      case 'forget':
        this.receiver = new ReportReceiver(ANY_NODE);
        this.sequences.length = 0;
        break;
      case 'deliver':
        this.#deliver(this.#out.splice(step.which % (this.#out.length || 1), 1)[0]);
        break;
      case 'repeat':
        this.#deliver(this.#out[step.which % (this.#out.length || 1)]);
        break;
      case 'lose':
        this.#out.splice(step.which % (this.#out.length || 1), 1);
        break;
      case 'ack':
        this.#acknowledge();
        break;
      case 'deliverAck':
        this.#return(this.#back.splice(step.which % (this.#back.length || 1), 1)[0]);
        break;
      case 'loseAck':
        this.#back.splice(step.which % (this.#back.length || 1), 1);
    }
  }

  offer(report: NodeReport): void {
    this.sender.offer(report);
    this.offered.set(this.offered.size + 1, report);
  }

  send(): void {
    const message = this.sender.next();
    if (message !== null) this.#out.push(carried(message));
  }

  /** The link behaves from now on: everything under way is lost, then all arrives in order. */
  settle(): void {
    this.#out = [];
    this.#back = [];
    this.connect();
    for (let round = 0; round < 200 && this.sender.spooled > 0; round += 1) {
      for (let i = 0; i < 4; i += 1) this.send();
      for (const message of this.#out.splice(0)) this.#deliver(message);
      this.#acknowledge();
      for (const back of this.#back.splice(0)) this.#return(back);
    }
  }

  #deliver(message: wire.Report | undefined): void {
    if (message === undefined) return;
    const receipt = this.receiver.receive(message);
    if (receipt.kind === 'BaseLost') this.#back.push({ resync: true });
    if (receipt.kind === 'Applied') {
      this.applied.push(receipt.report);
      this.sequences.push(message.sequence);
      this.expected.push(this.offered.get(message.sequence));
    }
  }

  #acknowledge(): void {
    const ack = this.receiver.acknowledge();
    if (ack !== null) this.#back.push({ ack });
  }

  #return(back: Back | undefined): void {
    if (back === undefined) return;
    if ('ack' in back) this.sender.acknowledge(back.ack);
    else this.sender.resync();
  }
}

describe('two ends of a link that loses, repeats, reorders and forgets', () => {
  it('never apply anything that was not offered, and end with the last that was', () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 60 }),
        anyReport,
        fc.constantFrom(1, 5_000, 10 ** 9),
        (steps, last, spool) => {
          const link = new LossyLink(spool);
          for (const step of steps) link.act(step);
          link.offer(last);
          link.settle();
          expect(link.applied).toStrictEqual(link.expected);
          expect(link.sequences).toStrictEqual([...link.sequences].sort((a, b) => a - b));
          expect(new Set(link.sequences).size).toBe(link.sequences.length);
          expect(link.sender.spooled).toBe(0);
          expect(link.receiver.last).toStrictEqual(last);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('deliver every report once and in order over a link that is only cut, never lossy, with room in the spool', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { minLength: 1, maxLength: 30 }), fc.nat(5), (reports, every) => {
        const link = new LossyLink(10 ** 9);
        reports.forEach((report, i) => {
          link.offer(report);
          if (i % (every + 1) === 0) link.settle();
        });
        link.settle();
        expect(link.applied).toStrictEqual(reports);
      }),
    );
  });
});
