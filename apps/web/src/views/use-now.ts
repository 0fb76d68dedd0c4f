/* The time, once a second: ages and countdowns on screen. */
import { useEffect, useState } from 'react';
import type { Surroundings } from '../config.js';

export function useNow(surroundings: Surroundings): number {
  const [nowMs, setNowMs] = useState(() => surroundings.nowMs());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      setNowMs(surroundings.nowMs());
      timer = setTimeout(tick, 1000);
    };
    timer = setTimeout(tick, 1000);
    return () => clearTimeout(timer);
  }, [surroundings]);
  return nowMs;
}
