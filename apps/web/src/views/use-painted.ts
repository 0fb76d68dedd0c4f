/*
 * Says when a sample is on screen, as a performance mark: "memwarden:painted" with the sample's time.
 * From the kernel's read to this mark is the latency that is promised.
 */
import { useEffect } from 'react';

const MARK = 'memwarden:painted';
/** A page left open for a month keeps no month of marks. */
const MOST_MARKS = 500;

export function usePainted(takenAtMs: number | null): void {
  useEffect(() => {
    if (takenAtMs === null) return undefined;
    // The frame is painted after its callbacks: a message posted in one arrives when that is done.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => mark(takenAtMs);
    const frame = requestAnimationFrame(() => channel.port2.postMessage(null));
    return () => {
      cancelAnimationFrame(frame);
      channel.port1.close();
    };
  }, [takenAtMs]);
}

function mark(takenAtMs: number): void {
  if (performance.getEntriesByName(MARK).length >= MOST_MARKS) performance.clearMarks(MARK);
  performance.mark(MARK, { detail: { takenAt: takenAtMs } });
}
