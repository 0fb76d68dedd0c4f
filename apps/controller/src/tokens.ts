/*
 * What the features ask for, by port. wiring/ says which adapter it is.
 */
export const CONFIG = Symbol('ControllerConfig');
export const CLOCK = Symbol('Clock');
export const NOTICES = Symbol('NoticeBus');
export const NODE_HISTORY = Symbol('NodeHistory');
export const HOT_STATE = Symbol('HotState');
/** One Unwell a part: what /readyz looks at. */
export const PARTS = Symbol('Parts');
export const METRICS = Symbol('Metrics');
