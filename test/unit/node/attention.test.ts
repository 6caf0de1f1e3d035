import { describe, expect, it } from 'vitest';
import type { GovernanceView } from '#shared/features/governance/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { createAttention, type Matter } from '#main/node/attention.ts';
import {
  clockSource,
  createStorageSource,
  dueDecisions,
  governanceSource,
  LOW_BYTES,
  phraseSource,
  requestsSource,
  serversSource,
  toolsSource,
} from '#main/node/attention-sources.ts';
import { silentLog } from '#main/platform/log.ts';
import { createManualClock } from '#test/support/clock.ts';
import { busyGovernance } from '#test/support/renderer/governance-world.ts';

type Proposal = GovernanceView['proposals'][number];
type Any = Parameters<typeof phraseSource>[0];

function createWorld() {
  const clock = createManualClock();
  const attention = createAttention({ clock, log: silentLog });
  return { clock, attention, ids: () => attention.list().map(({ id }) => id) };
}

/** A source whose matters are set by hand. */
function byHand(...matters: Matter[]) {
  const events = createEmitter<{ changed: object }>();
  const source = {
    matters,
    read: () => source.matters,
    subscribe: (changed: () => void) => events.on('changed', changed),
    set(...next: Matter[]) {
      source.matters = next;
      events.emit('changed', {});
    },
  };
  return source;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('what waits for the operator', () => {
  it('is ordered: what is broken, what waits for an answer, hints; the oldest first', () => {
    const { attention, clock, ids } = createWorld();
    const source = byHand({ id: 'hint', kind: 'identity.phrase', level: 'hint' });
    attention.add(source);
    clock.advance(1000);
    source.set(
      { id: 'hint', kind: 'identity.phrase', level: 'hint' },
      { id: 'second', kind: 'tools.pending', level: 'decide' },
    );
    clock.advance(1000);
    source.set({ id: 'third', kind: 'tools.changed', level: 'decide' }, ...source.matters, {
      id: 'broken',
      kind: 'node.clock',
      level: 'mend',
    });
    clock.advance(1000);
    expect(ids()).toEqual(['broken', 'second', 'third', 'hint']);
  });

  it('remembers since when a matter stands, while it stands', () => {
    const { attention, clock } = createWorld();
    const beganAt = clock.now();
    const source = byHand({ id: 'a', kind: 'tools.pending', level: 'decide', count: 1 });
    attention.add(source);
    attention.list();
    clock.advance(60_000);
    source.set({ id: 'a', kind: 'tools.pending', level: 'decide', count: 2 });
    expect(attention.list()).toMatchObject([{ count: 2, since: beganAt }]);
    source.set();
    expect(attention.list()).toEqual([]);
    source.set({ id: 'a', kind: 'tools.pending', level: 'decide', count: 1 });
    expect(attention.list()).toMatchObject([{ since: clock.now() }]);
  });

  it('takes a bounded number from each source, and survives one that throws', () => {
    const { attention } = createWorld();
    attention.add(
      byHand(
        ...Array.from(
          { length: 200 },
          (_, at): Matter => ({ id: `${at}`, kind: 'server.failed', level: 'mend' }),
        ),
      ),
    );
    attention.add({
      read: () => {
        throw new Error('no');
      },
      subscribe: () => () => undefined,
    });
    expect(attention.list()).toHaveLength(50);
  });

  it('forgets a source that leaves, and listens to nobody once it is closed', () => {
    const { attention, ids } = createWorld();
    const leave = attention.add(byHand({ id: 'a', kind: 'node.clock', level: 'mend' }));
    expect(ids()).toEqual(['a']);
    leave();
    expect(ids()).toEqual([]);
    attention.add(byHand({ id: 'b', kind: 'node.clock', level: 'mend' }));
    void attention.close();
    expect(ids()).toEqual([]);
  });

  it('tells its watchers of changes, and not of what stays as it is', async () => {
    const { attention, clock } = createWorld();
    const source = byHand();
    attention.add(source);
    const stop = new AbortController();
    const stream = attention.handlers['node.attention']({}, { signal: stop.signal });
    const reader = (stream as AsyncIterable<{ items: unknown[] }>)[Symbol.asyncIterator]();
    expect((await reader.next()).value).toEqual({ items: [] });
    let told = 0;
    const next = reader.next().then((item) => {
      told++;
      return item;
    });
    await settled();
    clock.advance(1000);
    source.set();
    clock.advance(1000);
    await settled();
    expect(told).toBe(0);
    source.set({ id: 'a', kind: 'node.clock', level: 'mend' });
    clock.advance(1000);
    expect((await next).value).toMatchObject({ items: [{ id: 'a' }] });
    stop.abort();
  });
});

describe('the sources', () => {
  it('count tools that wait and tools that changed', () => {
    const registry = { counts: () => ({ changed: 1, pending: 3 }), on: () => () => undefined };
    expect(toolsSource(registry as never).read()).toMatchObject([
      { kind: 'tools.changed', count: 1 },
      { kind: 'tools.pending', count: 3 },
    ]);
  });

  it('tell servers that gave up from those that want a login', () => {
    const servers = {
      list: () => [
        { name: 'well', state: 'running' },
        { name: 'broken', state: 'failed', problem: { code: 'servers.exited' } },
        { name: 'remote', state: 'failed', problem: { code: 'servers.login_needed' } },
      ],
      on: () => () => undefined,
    };
    expect(serversSource(servers as never).read()).toMatchObject([
      { id: 'server.failed:broken', level: 'mend', subject: 'broken', code: 'servers.exited' },
      { id: 'server.login:remote', level: 'decide', subject: 'remote' },
    ]);
  });

  it('ask for the phrase until it is confirmed', () => {
    const identity = (recoveryPhraseConfirmed: boolean, rootHere = true) =>
      ({
        view: () => ({ recoveryPhraseConfirmed, rootHere }),
        on: () => () => undefined,
      }) as unknown as Any;
    expect(phraseSource(identity(false)).read()).toHaveLength(1);
    expect(phraseSource(identity(true)).read()).toEqual([]);
    // The provider key and its phrase are on another machine.
    expect(phraseSource(identity(false, false)).read()).toEqual([]);
  });

  it('doubt the clock when two peers do, or when it is before the node was made; a doubt fades', () => {
    const clock = createManualClock();
    const events = createEmitter<{ clockDoubted: { peerId: string } }>();
    const createdAt = clock.now() - 1000;
    const identity = { view: () => ({ createdAt }), on: events.on } as unknown as Any;
    const source = clockSource(identity, clock);
    let told = 0;
    const stop = source.subscribe(() => told++);
    events.emit('clockDoubted', { peerId: 'anna' });
    events.emit('clockDoubted', { peerId: 'anna' });
    expect(source.read()).toEqual([]);
    events.emit('clockDoubted', { peerId: 'boris' });
    expect(source.read()).toHaveLength(1);
    expect(told).toBe(3);
    clock.advance(2 * 3_600_000);
    expect(source.read()).toEqual([]);
    stop();
    const setBack = { ...identity, view: () => ({ createdAt: clock.now() + 60_000 }) } as unknown as Any;
    expect(clockSource(setBack, clock).read()).toHaveLength(1);
  });

  describe('decisions about the protocol', () => {
    const [open, waiting, strange] = busyGovernance(0).proposals as [Proposal, Proposal, Proposal];
    const kinds = (automatic: boolean, ...proposals: Proposal[]) =>
      dueDecisions({ automatic, proposals }).map(({ kind, ref }) => [kind, ref]);
    const { vote: _said, ...unsaid } = open;
    const locked = { ...open, state: 'locked' as const, lockedAt: 1, activatesAt: 9 };

    it('ask for a vote until it is given, or the operator decided for his node', () => {
      expect(kinds(false, open)).toEqual([]);
      expect(kinds(false, unsaid)).toEqual([['governance.vote', open.id]]);
      expect(kinds(false, { ...unsaid, override: 'never' })).toEqual([]);
      expect(kinds(false, { ...unsaid, state: 'lapsed' })).toEqual([]);
    });

    it('hold strangers back until somebody established supports what they propose', () => {
      expect(kinds(false, strange)).toEqual([]);
      const supported = { ...strange, cast: { ...strange.cast, yes: 1000, yesCount: 1 } };
      expect(kinds(false, supported)).toEqual([['governance.vote', strange.id]]);
    });

    it('tell of what takes effect by itself, with its time, until it is vetoed', () => {
      expect(dueDecisions({ automatic: true, proposals: [locked] })).toMatchObject([
        { kind: 'governance.activation', level: 'decide', subject: 'tree-sync/1', ref: open.id, due: 9 },
      ]);
      expect(kinds(true, { ...locked, override: 'never' })).toEqual([]);
      // Nothing happens by itself here, or this code could not do it.
      expect(kinds(false, locked)).toEqual([]);
      expect(kinds(true, { ...locked, runs: false })).toEqual([]);
    });

    it('ask whether to use what was adopted and is not switched on', () => {
      expect(kinds(false, waiting)).toEqual([['governance.waiting', waiting.id]]);
      expect(kinds(false, { ...waiting, override: 'always' })).toEqual([]);
      expect(kinds(false, { ...waiting, runs: false })).toEqual([]);
    });

    it('are read again when a vote or a choice changed them', () => {
      const events = createEmitter<{ changed: object }>();
      const proposals = [unsaid];
      const source = governanceSource({
        on: events.on,
        view: () => ({ automatic: false, proposals }),
      } as never);
      let told = 0;
      const stop = source.subscribe(() => told++);
      expect(source.read()).toHaveLength(1);
      proposals[0] = open;
      events.emit('changed', {});
      expect([told, source.read()]).toEqual([1, []]);
      stop();
    });
  });

  it('look at the disk, and remember a write that failed until it is found well again', async () => {
    const clock = createManualClock();
    let free: number | undefined = LOW_BYTES * 2;
    const source = createStorageSource({ clock, freeBytes: async () => free });
    const stop = source.subscribe(() => undefined);
    const codeAfterLook = async () => {
      clock.advance(60_000);
      await settled();
      return source.read()[0]?.code;
    };
    expect(await codeAfterLook()).toBeUndefined();
    free = LOW_BYTES - 1;
    expect(await codeAfterLook()).toBe('storage.low');
    source.note(new AppError('storage.full', 'The disk is full.', { advice: '' }));
    source.note(new Error('something else'));
    expect(source.read()[0]?.code).toBe('storage.full');
    free = undefined;
    expect(await codeAfterLook()).toBeUndefined();
    stop();
  });
});

describe('requests for access', () => {
  const request = (id: number, provider: string, state: 'open' | 'declined' = 'open') => ({
    id,
    side: 'here' as const,
    provider,
    peer: `peer-of-${provider}`,
    server: 'notes',
    tools: [],
    words: '',
    state,
    at: 1000 * id,
  });

  it('come up by provider where he is known, and all together where not', () => {
    const events = createEmitter<{ requested: object }>();
    const requests = [
      request(1, 'anna'),
      request(2, 'anna'),
      request(3, 'stranger'),
      request(4, 'other'),
      request(5, 'blocked'),
      request(6, 'boris', 'declined'),
    ];
    const source = requestsSource({
      grants: { on: events.on, requests: () => requests },
      trust: {
        on: () => () => undefined,
        isKnown: (id: string) => id === 'anna',
        isBlocked: (id: string) => id === 'blocked',
      },
      registry: { providerName: (id: string) => (id === 'anna' ? 'Anna' : undefined) },
    } as unknown as Parameters<typeof requestsSource>[0]);
    let told = 0;
    source.subscribe(() => told++);
    events.emit('requested', {});
    expect(told).toBe(1);
    expect(source.read()).toEqual([
      {
        id: 'access.request:anna',
        kind: 'access.request',
        level: 'decide',
        subject: 'Anna',
        count: 2,
        since: 1000,
      },
      { id: 'access.strangers', kind: 'access.strangers', level: 'decide', count: 2, since: 3000 },
    ]);
  });
});
