/** Under which names a call is counted: few enough a day that nobody can fill the disk with names of his own. */

/** Sums kept apart in one day; what comes under further names is counted together. */
export const MAX_KEYS_A_DAY = 2_000;
/** Of these, calls that were refused whatever they asked for: anybody can make them, under any name. */
export const MAX_REFUSED_KEYS_A_DAY = 200;

/** A call that ended, as far as usage counts it. */
export interface UsedCall {
  startedAt: number;
  direction: 'local' | 'outgoing' | 'incoming';
  outcome: 'ok' | 'tool_error' | 'error' | 'cancelled';
  code?: string | undefined;
  providerId?: string | undefined;
  client?: string | undefined;
  server: string;
  tool?: string | undefined;
  cached?: boolean | undefined;
  requestBytes: number;
  responseBytes: number;
  durationMs: number;
}

/** Day, direction, provider, client, server, tool. */
export type UsageKey = readonly [
  day: number,
  direction: string,
  provider: string,
  client: string,
  server: string,
  tool: string,
];

const DAY_MS = 86_400_000;
export const dayOf = (at: number): number => Math.floor(at / DAY_MS);
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Server of sums that are not kept apart; no server can be called so. */
export const OTHERS = '*';
/** Server of calls that had no right to any. */
export const REFUSED = '';

/** Whoever has no right to a tool may name any: what he asked for is not worth a name. */
const isRefused = ({ code, direction, outcome }: UsedCall): boolean =>
  direction === 'incoming' &&
  outcome === 'error' &&
  (code === 'relay.no_such_tool' || (code?.startsWith('access.') ?? false));

export function keyOf(call: UsedCall): UsageKey {
  const refused = isRefused(call);
  return [
    dayOf(call.startedAt),
    call.direction,
    call.providerId ?? '',
    call.direction === 'incoming' ? '' : (call.client ?? ''),
    refused ? REFUSED : call.server,
    refused ? '' : (call.tool ?? ''),
  ];
}

export interface KnownKeys {
  /** The key under which a call is counted: its own while there is room for it, else that of all others. */
  admit(key: UsageKey): UsageKey;
  forget(): void;
}

/** Remembers the names of one day; `load` tells those that a day has already, when the day is first met. */
export function createKnownKeys(load: (day: number) => readonly UsageKey[]): KnownKeys {
  let today: number | undefined;
  const known = new Set<string>();
  let refused = 0;

  function note(key: UsageKey): void {
    known.add(key.join('\n'));
    if (key[4] === REFUSED) refused++;
  }

  function turnTo(day: number): void {
    if (day === today) return;
    today = day;
    known.clear();
    refused = 0;
    for (const key of load(day)) note(key);
  }

  return {
    admit(key) {
      turnTo(key[0]);
      if (known.has(key.join('\n'))) return key;
      const isFull =
        known.size >= MAX_KEYS_A_DAY || (key[4] === REFUSED && refused >= MAX_REFUSED_KEYS_A_DAY);
      if (isFull) return [key[0], key[1], '', '', OTHERS, ''];
      note(key);
      return key;
    },
    forget() {
      today = undefined;
    },
  };
}
