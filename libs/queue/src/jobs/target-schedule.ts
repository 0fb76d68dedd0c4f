/*
 * Which cleanups of one target are to be looked at, and when: one hash a target in Redis beside BullMQ's job of that
 * target. The job is the target's turn; this says whose turn within it. What always holds:
 *   - each step is one script, so nobody sees half of one;
 *   - a name stays until its look said Done: a lost or doubled job loses and doubles nothing;
 *   - `due` of 0 means that it is being looked at; a wake or another enqueue meanwhile sets it, and so is not lost.
 * Entry: name → "<due ms> <place of its priority> <virtual start ms>".
 */
import type { Redis } from 'ioredis';
import { RedisScript } from '../redis/script.js';

/** Cleanups of one target that may wait at once: decisions make one, people may ask for more. */
const MOST_PER_TARGET = 16;

/** When the target's job is to run, and where it stands among those that are due. Milliseconds of the wall clock. */
export interface Turn {
  readonly dueMs: number;
  readonly startMs: number;
}

export type Offer =
  | { readonly kind: 'Full' }
  | { readonly kind: 'Added' | 'Raised' | 'Duplicate'; readonly alone: boolean; readonly turn: Turn };

export interface Offered {
  readonly id: string;
  readonly name: string;
  /** 0: Critical. */
  readonly place: number;
  readonly turn: Turn;
}

/** Null: nothing of this target waits any more. A turn without a name: nothing is due yet. */
export type Begun = { readonly name: string | null; readonly turn: Turn } | null;

const LUA_HEAD = `
local function parse(value)
  local due, place, start = string.match(value, '^(%d+) (%d+) (%d+)$')
  return tonumber(due), tonumber(place), tonumber(start)
end
local function write(name, due, place, start)
  redis.call('HSET', KEYS[1], name, string.format('%.0f %d %.0f', due, place, start))
end
local function turn()
  local entries = redis.call('HGETALL', KEYS[1])
  local least, first
  for i = 2, #entries, 2 do
    local due, _, start = parse(entries[i])
    if not least or due < least then least = due end
    if not first or start < first then first = start end
  end
  if not least then return nil end
  return string.format('%.0f', least), string.format('%.0f', first)
end
`;
const script = (lua: string): RedisScript => new RedisScript(LUA_HEAD + lua);

// KEYS: target, names, then the sets whose sizes count against the bound.
const OFFER = script(`
local name, id = ARGV[1], ARGV[2]
local place, due, start = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local old = redis.call('HGET', KEYS[1], name)
local said
if not old then
  local waiting = 0
  for i = 3, #KEYS do waiting = waiting + redis.call('ZCARD', KEYS[i]) end
  if waiting >= tonumber(ARGV[6]) or redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[7]) then return {'Full'} end
  said = 'Added'
  write(name, due, place, start)
  redis.call('HSET', KEYS[2], name, id)
else
  local oldDue, oldPlace, oldStart = parse(old)
  said = place < oldPlace and 'Raised' or 'Duplicate'
  if oldDue > 0 then due = math.min(due, oldDue) end
  if said == 'Raised' then write(name, due, place, math.min(start, oldStart)) else write(name, due, oldPlace, oldStart) end
end
local least, first = turn()
return {said, tostring(redis.call('HLEN', KEYS[1])), least, first}
`);

// KEYS: target. What was being looked at when somebody died is due at once: 0 is before any moment.
const BEGIN = script(`
local now = tonumber(ARGV[1])
local entries = redis.call('HGETALL', KEYS[1])
local chosen, chosenPlace, chosenStart
for i = 1, #entries, 2 do
  local due, place, start = parse(entries[i + 1])
  if due <= now and (not chosen or start < chosenStart) then chosen, chosenPlace, chosenStart = entries[i], place, start end
end
if chosen then write(chosen, 0, chosenPlace, chosenStart) end
local least, first = turn()
if not least then return nil end
return {chosen or false, least, first}
`);

// KEYS: target, names. A name that was woken while it was being looked at is looked at once more, whatever was said.
const SETTLE = script(`
local name = ARGV[1]
local old = redis.call('HGET', KEYS[1], name)
if old then
  local due, place, start = parse(old)
  if ARGV[2] == '' then
    if due == 0 then
      redis.call('HDEL', KEYS[1], name)
      redis.call('HDEL', KEYS[2], name)
    end
  elseif due == 0 then write(name, tonumber(ARGV[2]), place, tonumber(ARGV[3]) + (tonumber(ARGV[4 + place]) or 0))
  else write(name, math.min(due, tonumber(ARGV[2])), place, start) end
end
local least, first = turn()
if not least then return nil end
return {false, least, first}
`);

// KEYS: target. Returns the turn when it became earlier by this.
const WAKE = script(`
local name, now = ARGV[1], tonumber(ARGV[2])
local old = redis.call('HGET', KEYS[1], name)
if not old then return nil end
local due, place, start = parse(old)
if due > 0 and due <= now then return nil end
write(name, now, place, math.min(start, now + (tonumber(ARGV[3 + place]) or 0)))
local least, first = turn()
return {false, least, first}
`);

// KEYS: target, names. Returns how many are left.
const REMOVE = new RedisScript(`
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('HLEN', KEYS[1])
`);

// KEYS: target.
const PEEK = script(`
local least, first = turn()
if not least then return nil end
return {false, least, first}
`);

type Answer = readonly (string | null)[] | null;

export interface TargetScheduleOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** BullMQ's sets of jobs that wait. */
  readonly waitingKeys: readonly string[];
  readonly most: number;
  /** What each priority costs in virtual time, in milliseconds, by place. */
  readonly behindMs: readonly number[];
}

export class TargetSchedule {
  readonly #options: TargetScheduleOptions;
  readonly #behind: readonly string[];

  constructor(options: TargetScheduleOptions) {
    this.#options = options;
    this.#behind = options.behindMs.map(String);
  }

  get #namesKey(): string {
    return `${this.#options.prefix}names`;
  }

  async offer({ id, name, place, turn }: Offered): Promise<Offer> {
    const { most, waitingKeys } = this.#options;
    const keys = [this.#key(id), this.#namesKey, ...waitingKeys];
    const values = [name, id, place, turn.dueMs, turn.startMs, most, MOST_PER_TARGET];
    const [kind, count, dueMs, startMs] = (await this.#run(OFFER, keys, values)) ?? [];
    if (kind !== 'Added' && kind !== 'Raised' && kind !== 'Duplicate') return { kind: 'Full' };
    return { kind, alone: count === '1', turn: { dueMs: Number(dueMs), startMs: Number(startMs) } };
  }

  /** Takes the one whose turn it is. */
  async begin(id: string, nowMs: number): Promise<Begun> {
    const said = await this.#run(BEGIN, [this.#key(id)], [nowMs]);
    const turn = turnOf(said);
    return turn === null ? null : { name: said?.[0] ?? null, turn };
  }

  /** @param againMs null: it is done. @returns null when nothing of this target waits any more */
  async settle(id: string, name: string, againMs: number | null): Promise<Turn | null> {
    const when = againMs === null ? '' : Math.max(1, Math.ceil(againMs));
    const keys = [this.#key(id), this.#namesKey];
    return turnOf(await this.#run(SETTLE, keys, [name, when, when, ...this.#behind]));
  }

  /** Null: no such name, or its turn is now already. */
  async wake(name: string, nowMs: number): Promise<{ readonly id: string; readonly turn: Turn } | null> {
    const id = await this.#options.redis.hget(this.#namesKey, name);
    if (id === null) return null;
    const turn = turnOf(await this.#run(WAKE, [this.#key(id)], [name, nowMs, ...this.#behind]));
    return turn === null ? null : { id, turn };
  }

  /** The target whose last name this was; null: others of it wait, or there was none. */
  async remove(name: string): Promise<string | null> {
    const id = await this.#options.redis.hget(this.#namesKey, name);
    if (id === null) return null;
    const left: unknown = await REMOVE.run(this.#options.redis, [this.#key(id), this.#namesKey], [name]);
    return left === 0 ? id : null;
  }

  /** Of every target that something waits for; the oldest first. */
  async turns(): Promise<readonly (readonly [id: string, turn: Turn])[]> {
    const turns = new Map<string, Turn>();
    for (const id of await this.#options.redis.hvals(this.#namesKey)) {
      const turn = turns.has(id) ? null : await this.peek(id);
      if (turn !== null) turns.set(id, turn);
    }
    return [...turns].sort(([, a], [, b]) => a.startMs - b.startMs);
  }

  async peek(id: string): Promise<Turn | null> {
    return turnOf(await this.#run(PEEK, [this.#key(id)], []));
  }

  #key(id: string): string {
    return `${this.#options.prefix}target:${id}`;
  }

  async #run(
    lua: RedisScript,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<Answer> {
    return (await lua.run(this.#options.redis, keys, values)) as Answer;
  }
}

function turnOf(said: Answer): Turn | null {
  if (said === null) return null;
  const [, dueMs, startMs] = said;
  return { dueMs: Number(dueMs), startMs: Number(startMs) };
}
