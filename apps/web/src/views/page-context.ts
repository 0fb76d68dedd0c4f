/* What every view may need: how sizes are written, what time it is, how to choose and how to ask where a number is from. */
import { createContext, use } from 'react';
import type { Surroundings } from '../config.js';
import type { Patch } from '../data/address.js';
import type { Target } from '../model/objects.js';
import type { Aspect, CostAspect } from '../model/provenance.js';

/** What a person wants to know more about. `anchor`: where on screen they asked. */
export type Subject =
  | { readonly about: 'row'; readonly key: string; readonly aspect: Aspect; readonly anchor: DOMRect }
  | { readonly about: 'used'; readonly device: string; readonly anchor: DOMRect }
  | { readonly about: 'cost'; readonly aspect: CostAspect; readonly anchor: DOMRect };

export interface PageContext {
  readonly exact: boolean;
  readonly choose: (patch: Patch) => void;
  /** Chooses a target's row, wherever it is folded away; `patch`: what else to choose. */
  readonly show: (target: Target, patch?: Patch) => void;
  readonly ask: (subject: Subject) => void;
  readonly surroundings: Surroundings;
}

export const Page = createContext<PageContext>({
  exact: false,
  choose: () => {},
  show: () => {},
  ask: () => {},
  surroundings: { nowMs: () => NaN, chance: () => 0 },
});

export function usePage(): PageContext {
  return use(Page);
}
