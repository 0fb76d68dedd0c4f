/* What every view may need: how sizes are written, what time it is, how to choose and how to ask where a number is from. */
import { createContext, use } from 'react';
import type { Patch } from '../data/address.js';
import type { Aspect, CostAspect } from '../model/provenance.js';

/** What a person wants to know more about. `anchor`: where on screen they asked. */
export type Subject =
  | { readonly about: 'row'; readonly key: string; readonly aspect: Aspect; readonly anchor: DOMRect }
  | { readonly about: 'used'; readonly device: string; readonly anchor: DOMRect }
  | { readonly about: 'cost'; readonly aspect: CostAspect; readonly anchor: DOMRect };

export interface PageContext {
  readonly exact: boolean;
  readonly choose: (patch: Patch) => void;
  readonly ask: (subject: Subject) => void;
}

export const Page = createContext<PageContext>({ exact: false, choose: () => {}, ask: () => {} });

export function usePage(): PageContext {
  return use(Page);
}
