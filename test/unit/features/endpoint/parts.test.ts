import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPages } from '#main/features/endpoint/catalog/pages.ts';
import { createSessionIds, MAX_SESSION_ID } from '#main/features/endpoint/legacy/session-id.ts';
import { createStreams } from '#main/features/endpoint/legacy/streams.ts';
import { DEFAULT_LIMITS } from '#main/features/endpoint/limits.ts';
import { createLanes } from '#main/features/endpoint/modern/lanes.ts';
import { createParks } from '#main/features/endpoint/modern/parks.ts';
import {
  createMemory,
  outageAnswer,
  answeredId,
  readClientLine,
} from '#main/features/endpoint/socket/bridge-rules.ts';
import { createLineSplitter } from '#main/features/endpoint/socket/lines.ts';
import { createManualClock } from '#test/support/clock.ts';
import { createSeededRandom } from '#test/support/random.ts';

describe('session ids', () => {
  const ids = createSessionIds(new Uint8Array(32).fill(1), createSeededRandom('ids'));
  const facts = {
    version: '2025-11-25',
    clientId: 'c',
    profile: 'default',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'n', version: '1' },
  };

  it('say again what they were minted from, in visible ASCII of bounded length', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<never>;
    fc.assert(
      fc.property(json, fc.string(), json, (capabilities, clientId, clientInfo) => {
        const id = ids.mint({ ...facts, capabilities, clientId: clientId.slice(0, 40), clientInfo });
        expect(id).toMatch(/^[\x21-\x7e]+$/);
        expect(id.length).toBeLessThanOrEqual(MAX_SESSION_ID);
        expect(ids.read(id)).toMatchObject({
          version: '2025-11-25',
          profile: 'default',
          clientId: clientId.slice(0, 40),
        });
      }),
    );
    expect(ids.read(ids.mint(facts))).toEqual(facts);
  });

  it('keep what a client may be asked even when its capabilities are huge', () => {
    const experimental = { blob: { text: 'x'.repeat(10_000) } };
    const id = ids.mint({
      ...facts,
      capabilities: { experimental, elicitation: { url: {} }, roots: { listChanged: true } },
    });
    expect(ids.read(id)?.capabilities).toEqual({ elicitation: { url: {} }, roots: { listChanged: true } });
  });

  it('are worth nothing when a single character differs, or under another key', () => {
    const id = ids.mint(facts);
    fc.assert(
      fc.property(fc.nat(id.length - 1), fc.constantFrom('A', 'B', '.', '-'), (at, char) => {
        const changed = id.slice(0, at) + char + id.slice(at + 1);
        if (Buffer.from(changed.slice(3), 'base64url').equals(Buffer.from(id.slice(3), 'base64url'))) return;
        if (changed !== id) expect(ids.read(changed)).toBeUndefined();
      }),
    );
    expect(createSessionIds(new Uint8Array(32).fill(2), createSeededRandom('x')).read(id)).toBeUndefined();
  });

  it('are different each time', () => {
    expect(ids.mint(facts)).not.toBe(ids.mint(facts));
  });
});

describe('pages of a list', () => {
  const items = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

  it('give every item once, in order', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.integer({ min: 1, max: 7 }), (count, size) => {
        const pages = createPages('tools', items(count), { ttlMs: 0 }, size);
        const seen: unknown[] = [];
        let cursor: unknown;
        do {
          const page = JSON.parse(pages.page(cursor).toString()) as {
            tools: unknown[];
            nextCursor?: string;
            ttlMs: number;
          };
          expect(page.tools.length).toBeLessThanOrEqual(size);
          expect(page.ttlMs).toBe(0);
          seen.push(...page.tools);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        expect(seen).toEqual(items(count));
      }),
    );
  });

  it('refuse cursors that are not theirs or out of date', () => {
    const pages = createPages('tools', items(5), {}, 2);
    const { nextCursor } = JSON.parse(pages.page(undefined).toString()) as { nextCursor: string };
    for (const cursor of [1, '', 'x', Buffer.from('tools.2.zz').toString('base64url'), null])
      expect(() => pages.page(cursor)).toThrowError(/cursor/);
    expect(() => createPages('prompts', items(5), {}, 2).page(nextCursor)).toThrowError(/cursor/);
    expect(() => createPages('tools', items(6), {}, 2).page(nextCursor)).toThrowError(/cursor/);
  });

  it('know when they say the same', () => {
    expect(createPages('t', items(2), {}, 9).equals(createPages('t', items(2), {}, 1))).toBe(true);
    expect(createPages('t', items(2), {}, 9).equals(createPages('t', items(3), {}, 9))).toBe(false);
  });
});

describe('event streams', () => {
  const limits = { ...DEFAULT_LIMITS, streamEvents: 8 };
  const setUp = () => {
    const clock = createManualClock();
    return { clock, streams: createStreams({ clock, nonce: 'n' }, limits) };
  };
  const sinkOf = () => {
    const written: string[] = [];
    let ended = false;
    return {
      written,
      ended: () => ended,
      data: () => written.flatMap((event) => /^data: (.+)$/m.exec(event)?.[1] ?? []),
      lastId: () => written.map((event) => /^id: (.*)$/m.exec(event)?.[1]).findLast((id) => id !== undefined),
      sink: {
        write: (event: string) => void written.push(event),
        end: () => {
          ended = true;
        },
      },
    };
  };

  it('deliver every event exactly once over any number of broken connections', () => {
    const step = fc.oneof(fc.constant('event' as const), fc.constant('break' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { streams } = setUp();
        const stream = streams.open();
        const got: string[] = [];
        let connection = sinkOf();
        stream.attach(connection.sink);
        let sent = 0;
        let missed = 0;
        let last = 'n.r1.0';
        const hangUp = () => {
          got.push(...connection.data());
          last = connection.lastId() ?? last;
          stream.detach(connection.sink);
        };
        for (const what of steps) {
          if (what === 'event') stream.send(String((sent += 1)));
          else {
            hangUp();
            if (missed < limits.streamEvents) {
              stream.send(String((sent += 1)));
              missed += 1;
            }
            connection = sinkOf();
            const resumed = streams.resume(last);
            resumed?.stream.attach(connection.sink, resumed.after);
          }
        }
        hangUp();
        expect(got).toEqual(Array.from({ length: sent }, (_, n) => String(n + 1)));
      }),
    );
  });

  it('keep the newest events only, and forget streams that nobody comes back for', () => {
    const { clock, streams } = setUp();
    const stream = streams.open();
    const first = sinkOf();
    stream.attach(first.sink);
    stream.detach(first.sink);
    for (let n = 1; n <= 20; n += 1) stream.send(String(n));
    const second = sinkOf();
    streams.resume('n.r1.0')?.stream.attach(second.sink, 0);
    expect(second.data()).toEqual(['13', '14', '15', '16', '17', '18', '19', '20']);
    stream.detach(second.sink);
    clock.advance(limits.streamMs);
    expect(streams.resume('n.r1.0')).toBeUndefined();
  });

  it('hold what was told before anybody listened, and take ids of a former life for the standing stream', () => {
    const { streams } = setUp();
    streams.standalone.send('early');
    const listener = sinkOf();
    streams.standalone.attach(listener.sink);
    expect(listener.data()).toEqual(['early']);
    expect(streams.resume('other.s.9')?.stream).toBe(streams.standalone);
    expect(streams.resume('other.r1.9')).toBeUndefined();
    const next = sinkOf();
    streams.standalone.attach(next.sink);
    expect(listener.ended()).toBe(true);
    expect(next.data()).toEqual([]);
  });
});

describe('parks and lanes', () => {
  it('hand a parked call out once, to its owner, in time', () => {
    const clock = createManualClock();
    let key = 0;
    const parks = createParks<string>({ clock, newKey: () => String((key += 1)) }, { parks: 1, parkMs: 100 });
    const owner = { clientId: 'a', profile: 'p', method: 'm', target: 't' };
    let expired = 0;
    const handle = parks.put(owner, 'call', () => (expired += 1)) as string;
    expect(parks.put(owner, 'another', () => undefined)).toBeUndefined();
    for (const other of ['clientId', 'profile', 'method', 'target'])
      expect(parks.take(handle, { ...owner, [other]: 'x' })).toBeUndefined();
    expect(parks.take(handle, owner)).toBe('call');
    expect(parks.take(handle, owner)).toBeUndefined();
    const late = parks.put(owner, 'late', () => (expired += 1)) as string;
    clock.advance(100);
    expect([expired, parks.take(late, owner), parks.size]).toEqual([1, undefined, 0]);
  });

  it('never let two calls share a lane, and use a free one again', () => {
    const clock = createManualClock();
    const ended: string[] = [];
    let key = 0;
    const lanes = createLanes(
      { clock, newKey: () => String((key += 1)), ended: (gone) => ended.push(gone) },
      1_000,
      2,
    );
    const [a, b, c] = [1, 2, 3].map(() => lanes.enter('client', 'p', {}));
    expect(new Set([a?.key, b?.key, c?.key, lanes.enter('other', 'p', {}).key]).size).toBe(4);
    a?.leave();
    a?.leave();
    expect(lanes.enter('client', 'p', { roots: {} }).key).not.toBe(a?.key);
    expect(lanes.enter('client', 'p', {}).key).toBe(a?.key);
    b?.leave();
    c?.leave();
    clock.advance(5_000);
    expect(ended.sort()).toEqual([b?.key, c?.key]);
  });

  it('are given up with their client', () => {
    const ended: string[] = [];
    const lanes = createLanes(
      { clock: createManualClock(), newKey: () => 'k', ended: (gone) => ended.push(gone) },
      1_000,
      9,
    );
    lanes.enter('client', 'p', {}).leave();
    lanes.forget('clien');
    expect(ended).toEqual([]);
    lanes.forget('client');
    expect(ended).toEqual(['k']);
  });
});

describe('lines', () => {
  it('come out whole, however they are cut', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\n\r]/g, ' '));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(20)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const got: string[] = [];
        const splitter = createLineSplitter(
          1_000_000,
          (text) => got.push(text),
          () => got.push('oversized'),
        );
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          splitter.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(got).toEqual(
          lines.map((text) => Buffer.from(text).toString()).filter((text) => text.trim() !== ''),
        );
      }),
    );
  });

  it('are dropped when they are too long, and the next one is whole again', () => {
    const got: string[] = [];
    const splitter = createLineSplitter(
      5,
      (text) => got.push(text),
      () => got.push('oversized'),
    );
    for (const part of ['abcde\nabc', 'def', 'ghi\nxyz\n']) splitter.push(Buffer.from(part));
    expect(got).toEqual(['abcde', 'oversized', 'xyz']);
  });
});

describe('what the bridge knows', () => {
  it('finds ids without parsing answers', () => {
    expect(answeredId('{"jsonrpc":"2.0","id":17,"result":{}}')).toBe('17');
    expect(answeredId('{"jsonrpc":"2.0","id":"a\\"b","error":{}}')).toBe('"a\\"b"');
    expect(answeredId('{"jsonrpc":"2.0","id":1,"method":"roots/list"}')).toBeUndefined();
    expect(answeredId('{"jsonrpc":"2.0","method":"x"}')).toBeUndefined();
    expect(readClientLine('{"id":1,"method":"m"}')).toEqual({ id: '1', method: 'm' });
    expect(readClientLine('[1]')).toEqual({ id: undefined, method: undefined });
    expect(readClientLine('{')).toEqual({ id: undefined, method: undefined });
    expect(JSON.parse(outageAnswer('"x"', 'away'))).toMatchObject({
      id: 'x',
      error: { data: { retryable: true } },
    });
  });

  it('makes a session again with ids of its own', () => {
    const memory = createMemory();
    const say = (message: object & { method: string }) =>
      memory.sent(JSON.stringify(message), message.method);
    say({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { capabilities: {} } } as never);
    expect(memory.replay()).toBeUndefined();
    expect(memory.unanswered(new Map([['1', 'initialize']]))).toHaveLength(1);
    memory.established();
    say({ jsonrpc: '2.0', method: 'notifications/initialized' } as never);
    say({ jsonrpc: '2.0', id: 2, method: 'resources/subscribe', params: { uri: 'a' } } as never);
    say({ jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri: 'b' } } as never);
    say({ jsonrpc: '2.0', id: 4, method: 'resources/unsubscribe', params: { uri: 'a' } } as never);
    expect(JSON.parse(memory.replay() as string)).toMatchObject({
      method: 'initialize',
      params: { capabilities: {} },
    });
    expect(memory.follow().map((line) => JSON.parse(line).params?.uri)).toEqual([undefined, 'b']);
    expect(memory.news('{"result":{}}')).toHaveLength(3);
  });
});
