/* The page's keys that work wherever the focus is. */
import { useEffect, useRef } from 'react';

export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const SECOND_KEY_MS = 1_500;

/** `keys`: by key; two keys in a row as "g n". Not while typing, and not with Ctrl, Alt or Meta. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent): void => {
      if (
        event.defaultPrevented ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTyping(event) ||
        isSheetOpen()
      )
        return;
      const both =
        first !== null && event.timeStamp - first.at < SECOND_KEY_MS ? `${first.key} ${event.key}` : '';
      const act = latest.current[both] ?? latest.current[event.key];
      first = { key: event.key, at: event.timeStamp };
      if (act === undefined) return;
      first = null;
      act(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(event: KeyboardEvent): boolean {
  return (
    event.target instanceof HTMLInputElement ||
    event.target instanceof HTMLTextAreaElement ||
    event.target instanceof HTMLSelectElement
  );
}

/** A sheet has the keyboard to itself: Esc closes it and nothing else. */
function isSheetOpen(): boolean {
  return document.querySelector(':popover-open, dialog[open]') !== null;
}
