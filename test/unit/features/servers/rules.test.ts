import { describe, expect, it } from 'vitest';
import { judgeAsk } from '#main/features/servers/asks.ts';
import { afterExit, BACKOFF } from '#main/features/servers/backoff.ts';
import { baseEnvironment, resolveValues } from '#main/features/servers/environment.ts';
import {
  canBeAsked,
  catalogCapabilities,
  chooseLane,
  declaresAsk,
  FULL_CAPABILITIES,
  type LanePolicy,
  sharedCapabilities,
} from '#main/features/servers/lane-rules.ts';
import { differenceOf } from '#main/features/servers/listing.ts';
import {
  createLogRing,
  createRedactor,
  MAX_LINE_CHARACTERS,
  MAX_LINES,
} from '#main/features/servers/log-ring.ts';
import { createSessions } from '#main/features/servers/sessions.ts';
import { createSupervisor } from '#main/features/servers/supervisor.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createManualClock } from '#test/support/clock.ts';
import { exchangeOf, FULL } from '#test/support/mcp/bench.ts';

const noChance = { bytes: () => new Uint8Array(), float: () => 0.5 };

describe('back-off', () => {
  it('doubles up to its limit, forgets after a stable run, and gives up', () => {
    const delays: number[] = [];
    let quickExits = 0;
    for (;;) {
      const verdict = afterExit({ ...BACKOFF, maxQuickExits: 10 }, quickExits, 100, noChance);
      quickExits = verdict.quickExits;
      if (verdict.next === 'fail') break;
      delays.push(verdict.delayMs);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(afterExit(BACKOFF, 5, 60_000, noChance)).toEqual({ quickExits: 1, next: 'retry', delayMs: 500 });
    expect(afterExit(BACKOFF, 5, 59_999, noChance)).toMatchObject({ next: 'fail' });
  });

  it('a supervisor waits out short delays, refuses during long ones, and starts afresh when told', async () => {
    const clock = createManualClock();
    const supervisor = createSupervisor(
      { clock, random: noChance },
      { ...BACKOFF, maxQuickExits: 6 },
      () => 'last words',
    );
    const reason = new AppError('servers.exited', 'It ended.');
    await supervisor.admit();
    for (let times = 0; times < 4; times += 1) supervisor.ended(0, reason);
    await expect(supervisor.admit()).rejects.toMatchObject({
      code: 'servers.backoff',
      retryable: true,
      details: { retryAfterMs: 4_000 },
    });
    expect(supervisor.waiting).toBe(true);
    clock.advance(3_000);
    const admitted = supervisor.admit();
    clock.advance(1_000);
    await admitted;
    expect(supervisor.problem()).toBeUndefined();
    supervisor.ended(0, reason);
    supervisor.ended(0, reason);
    await expect(supervisor.admit()).rejects.toMatchObject({
      code: 'servers.failed',
      details: { cause: 'servers.exited', lastWords: 'last words' },
    });
    supervisor.reset();
    await supervisor.admit();
    expect(supervisor.restarts).toBe(0);
  });
});

describe('the choice of a lane', () => {
  const policy = (change: Partial<LanePolicy> = {}): LanePolicy => ({
    interaction: 'auto',
    interactive: false,
    offersMore: false,
    ...change,
  });
  const able = { era: 'legacy' as const, capabilities: FULL };
  const unable = { era: 'legacy' as const, capabilities: { experimental: {} } };

  it.each([
    [policy(), able, 'shared'],
    [policy({ offersMore: true }), able, 'shared'],
    [policy({ interactive: true }), able, 'own'],
    [policy({ interactive: true }), unable, 'shared'],
    [policy({ interaction: 'on' }), able, 'own'],
    [policy({ interaction: 'on' }), unable, 'shared'],
    [policy({ interaction: 'off', interactive: true }), able, 'shared'],
  ])('%j for %j: %s', (given, caller, kind) => {
    expect(chooseLane(given, caller).kind).toBe(kind);
  });

  it('a modern caller has its own to itself', () => {
    const given = policy({ interaction: 'on' });
    expect(chooseLane(given, { ...able, era: 'modern' })).toEqual({ kind: 'own', exclusive: true });
    expect(chooseLane(given, able)).toEqual({ kind: 'own', exclusive: false });
  });

  it('only an unsuspicious server under auto is told that it may ask', () => {
    expect(sharedCapabilities(policy())).toBe(FULL_CAPABILITIES);
    for (const change of [
      { interactive: true },
      { offersMore: true },
      { interaction: 'off' },
      { interaction: 'on' },
    ] as const)
      expect(sharedCapabilities(policy(change))).toEqual({});
    expect(catalogCapabilities(policy({ interaction: 'on' }))).toBe(FULL_CAPABILITIES);
  });

  it.each([
    [{ sampling: {} }, 'sampling/createMessage', {}, true],
    [{ elicitation: {} }, 'elicitation/create', {}, true],
    [{ elicitation: { form: {} } }, 'elicitation/create', { mode: 'form' }, true],
    [{ elicitation: { form: {} } }, 'elicitation/create', { mode: 'url' }, false],
    [{ elicitation: { url: {} } }, 'elicitation/create', { mode: 'url' }, true],
    [{ elicitation: { url: {} } }, 'elicitation/create', {}, false],
    [{ roots: {} }, 'roots/list', undefined, true],
    [{ roots: true }, 'roots/list', undefined, false],
    [FULL, 'shell/run', {}, false],
  ])('%j may be sent %s %j: %s', (capabilities, method, params, may) => {
    expect(declaresAsk(capabilities, method, params)).toBe(may);
  });

  it('knows who can be asked', () => {
    expect(canBeAsked(FULL)).toBe(true);
    expect(canBeAsked({ experimental: {}, sampling: null })).toBe(false);
  });
});

describe('a request of a server', () => {
  const mine = exchangeOf({ session: 'a', capabilities: FULL });
  const yours = exchangeOf({ session: 'b', capabilities: FULL });
  const lane = (owner: string | undefined, inFlight: (typeof mine)[], users: string[]) => ({
    owner,
    capabilities: FULL_CAPABILITIES,
    inFlight: new Set(inFlight),
    severalSessions: users.length > 1,
  });

  it('reaches the one session that ever used the process, which then keeps it', () => {
    expect(judgeAsk(lane(undefined, [mine], ['a']), 'roots/list', {}, undefined)).toEqual({
      kind: 'forward',
      exchange: mine,
      promote: true,
    });
    expect(judgeAsk(lane('a', [mine], ['a']), 'roots/list', {}, undefined)).toMatchObject({ promote: false });
  });

  it('reaches nobody where several could be meant', () => {
    for (const inFlight of [[mine], [mine, yours]])
      expect(
        judgeAsk(lane(undefined, inFlight, ['a', 'b']), 'elicitation/create', {}, undefined),
      ).toMatchObject({
        kind: 'refuse',
        interactive: true,
      });
    // Not even where the transport says whose it is: what it learns would stay in the process they share.
    expect(judgeAsk(lane(undefined, [mine], ['a', 'b']), 'roots/list', {}, mine).kind).toBe('refuse');
  });

  it('is answered here where that needs nobody', () => {
    expect(judgeAsk(lane(undefined, [], ['a', 'b']), 'ping', {}, undefined)).toEqual({
      kind: 'answer',
      result: {},
    });
    expect(judgeAsk(lane(undefined, [], []), 'roots/list', {}, undefined)).toEqual({
      kind: 'answer',
      result: { roots: [] },
    });
  });

  it('is refused where nobody waits, the client cannot, or no client ever could', () => {
    const unable = exchangeOf({ session: 'a' });
    expect(judgeAsk(lane('a', [], ['a']), 'sampling/createMessage', {}, undefined).kind).toBe('refuse');
    expect(judgeAsk(lane('a', [unable], ['a']), 'sampling/createMessage', {}, undefined).kind).toBe('refuse');
    expect(judgeAsk(lane('a', [mine], ['a']), 'shell/run', {}, undefined).kind).toBe('refuse');
    const told = { ...lane('a', [mine], ['a']), capabilities: {} };
    expect(judgeAsk(told, 'roots/list', {}, undefined).kind).toBe('refuse');
  });
});

describe('what sessions asked for', () => {
  it('levels: the most verbose is told, each hears its own', () => {
    const sessions = createSessions();
    const caller = (session: string) => ({ session, principal: 'local' });
    expect(sessions.listeners(['a', 'b'], 'debug')).toEqual(['a', 'b']);
    sessions.of(caller('a')).level = 'warning';
    sessions.of(caller('b')).level = 'debug';
    expect(sessions.mostVerbose(['a', 'b', 'c'])).toBe('debug');
    expect(sessions.listeners(['a', 'b', 'c'], 'debug')).toEqual(['b']);
    expect(sessions.listeners(['a', 'b', 'c'], 'info')).toEqual(['b', 'c']);
    expect(sessions.listeners(['a', 'b', 'c'], 'error')).toEqual(['a', 'b', 'c']);
  });

  it('subscriptions: parts of what was subscribed to count', () => {
    const sessions = createSessions();
    sessions.of({ session: 'a', principal: 'local' }).uris.add('file:///dir');
    expect(sessions.subscribers(['a', 'b'], 'file:///dir')).toEqual(['a']);
    expect(sessions.subscribers(['a'], 'file:///dir/one.txt')).toEqual(['a']);
    expect(sessions.subscribers(['a'], 'file:///directory')).toEqual([]);
    sessions.end('a');
    expect(sessions.subscribers(['a'], 'file:///dir')).toEqual([]);
  });
});

describe('the environment of a process', () => {
  const config = (change: object) =>
    serverConfigSchema.parse({
      name: 's',
      transport: { type: 'stdio', command: 'x', args: ['--key=${KEY}', '${OTHER}'] },
      ...change,
    });
  const secret = (name: string) => ({ KEY: 'k', TOKEN: 't' })[name];

  it('inherits little, with our Node last on its PATH', () => {
    const env = baseEnvironment(
      '/usr/bin',
      {
        HOME: '/home/me',
        LC_ALL: 'C',
        AWS_SECRET_ACCESS_KEY: 'x',
        NODE_OPTIONS: '--inspect',
        PATH: '/elsewhere',
      },
      'linux',
    );
    expect(Object.keys(env).sort()).toEqual(['HOME', 'LC_ALL', 'PATH']);
    expect(env['PATH']?.startsWith('/usr/bin:')).toBe(true);
    const windows = baseEnvironment(
      'C:\\bin',
      { SystemRoot: 'C:\\Windows', Path: 'x', SECRET: 'y' },
      'win32',
    );
    expect(Object.keys(windows).sort()).toEqual(['PATH', 'SystemRoot']);
  });

  it('fills secrets in where they are named, and adds the rest by name', () => {
    const resolved = resolveValues(
      config({ env: { AUTH: 'Bearer ${KEY}', PLAIN: '${HOME}' }, secrets: ['KEY', 'TOKEN'] }),
      secret,
    );
    expect(resolved.args).toEqual(['--key=k', '${OTHER}']);
    expect(resolved.values).toEqual({ AUTH: 'Bearer k', PLAIN: '${HOME}', TOKEN: 't' });
    expect(() => resolveValues(config({ secrets: ['NONE'] }), secret)).toThrow(
      expect.objectContaining({ code: 'servers.secret_missing' }),
    );
  });
});

describe('the log of a server', () => {
  const ring = (redact = (text: string) => text) => createLogRing(createManualClock(), redact);

  it('keeps the newest lines, whole and shortened', () => {
    const log = ring();
    for (let line = 0; line < MAX_LINES * 2; line += 1) log.stderr(`line ${line}\n`);
    log.stderr('half ');
    log.stderr(`a line\n${'x'.repeat(MAX_LINE_CHARACTERS * 3)}\n`);
    const lines = log.lines(5_000);
    expect(lines.length).toBe(MAX_LINES);
    expect(lines.at(-2)?.text).toBe('half a line');
    expect(lines.at(-1)?.text.length).toBe(MAX_LINE_CHARACTERS);
    expect(log.lines(1)).toEqual(lines.slice(-1));
  });

  it('shows no secret, not even one inside another', () => {
    const log = ring(createRedactor(() => ['abcd', 'abcdefgh', 'abc', '']));
    log.stderr('token=abcdefgh, short=abcd, common=abc\n');
    expect(log.lines(1)[0]?.text).toBe('token=•••, short=•••, common=abc');
  });
});

describe('changes of what is offered', () => {
  const offers = (change: Partial<ServerOffers>): ServerOffers => ({
    serverInfo: { name: 'x', version: '1' },
    capabilities: {},
    protocolVersion: '2025-11-25',
    era: 'legacy',
    tools: [],
    prompts: [],
    resources: [],
    resourceTemplates: [],
    listedAt: 0,
    ...change,
  });
  const tool = (name: string) => ({ name, inputSchema: {} });

  it('are seen where there are any, and only there', () => {
    const before = offers({ tools: [tool('a'), tool('b')] });
    const none = { tools: false, prompts: false, resources: false };
    expect(differenceOf(before, offers({ tools: [tool('b'), tool('a')], listedAt: 9 }))).toEqual(none);
    expect(differenceOf(before, offers({ tools: [tool('a')] }))).toEqual({ ...none, tools: true });
    expect(differenceOf(before, { ...before, tools: [tool('a'), { ...tool('b'), title: 'B' }] }).tools).toBe(
      true,
    );
    expect(differenceOf(before, { ...before, resourceTemplates: [{ uriTemplate: 'x' }] }).resources).toBe(
      true,
    );
    expect(differenceOf(undefined, offers({}))).toEqual(none);
  });
});
