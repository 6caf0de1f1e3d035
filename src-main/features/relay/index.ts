/**
 * Calls, near and far: chooses where a catalog tool is run, checks arguments before they travel and results after, and
 * keeps the record of every call.
 *
 *     const relay = createRelay(deps, options);
 *     await relay.callTool(id, { name: 'echo', arguments: { message: 'hi' } }, exchange);
 *
 * Invariants: a provider judges every call anew (rule, tool, fingerprint, arguments); a call ends with one result or one
 * error of the documented table; cancellation and progress cross the network; what rules no longer allow ends at once.
 */
import type { Invocation } from '#shared/features/relay/contract.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { withoutTrace } from '#shared/features/relay/trace.ts';
import { wantsFreshIdentity } from '#shared/features/relay/masking.ts';
import { type CacheState, isBypassed, mayCache } from '#shared/features/relay/caching.ts';
import { plainUri } from '#shared/features/relay/read-hints.ts';
import type { Load } from '#shared/features/relay/load.ts';
import type { McpExchange, McpMessage } from '#shared/features/servers/mcp.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { fail } from '#shared/kernel/result.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { SpanExporter } from '../metrics/index.ts';
import type { Network } from '../p2p/index.ts';
import type { CallableTool } from '../registry/index.ts';
import { createDoor, type DoorState, type LimitedDoor } from './admission/door.ts';
import { createReadCache, type Read } from './cache/read-cache.ts';
import { type CachedCall, createResultCache, type ResultCache } from './cache/result-cache.ts';
import { createInstances } from './choose/instances.ts';
import { createRouter } from './choose/route.ts';
import { createIncoming, encodeFailure, type IncomingCall } from './incoming.ts';
import type { HopClock } from './hop-clock.ts';
import { createInvocations, type Invocations } from './invocations.ts';
import { createOnce } from './once.ts';
import { createOutgoing, type RemoteOutcome } from './outgoing.ts';
import type { JudgeChain, LocalServers, MayCall, RelayOptions } from './ports.ts';
import { type CallFacts, type CallSizes, createRecorder } from './recorder.ts';
import { createMaskedCalls } from './masks/masked-calls.ts';
import type { MasksDeps } from './masks/masks.ts';
import { createSecretForms, createSecretGuard } from './secret-guard.ts';
import { createTracer } from './tracing.ts';
import { lazyValidation } from './lazy-validation.ts';
import { createSealing, type Onwards, type SealingDeps } from './seal/index.ts';

export { createRelayHandlers } from './handlers.ts';
export type { MasksDeps } from './masks/masks.ts';
export { relayMigrations } from './migrations.ts';
export {
  createResharing,
  type Passed,
  type Resharing,
  resharingMigrations,
} from './resharing/index.ts';

export interface Relay {
  start(): void;
  stop(): Promise<void>;
  /** `tools/call` of a catalog tool; `params` carries the tool's own name. Rejects with `McpError` or `AppError`. */
  callTool(id: string, params: JsonObject, exchange: McpExchange): Promise<JsonObject>;
  /** Any other request to one local server. */
  request(server: string, message: McpMessage, exchange: McpExchange): Promise<JsonObject>;
  sessionEnded(session: string): void;
  /** Sharing, blocks or tools changed: calls in flight that are no longer allowed end. */
  recheck(): void;
  /** The record of calls. */
  readonly invocations: Pick<Invocations, 'list' | 'get' | 'erase' | 'uses'>;
  onInvocation(listener: (invocation: Invocation) => void): () => void;
  /** Every call that ends, with where its time went. */
  onMeasured: Invocations['onMeasured'];
  /** How busy this node is with calls of peers. */
  load(): Load;
  /** A server has used so many seconds of processor time, of which peers may use as much as the limit says. */
  spend(limit: ScopedLimit, cpuSeconds: number): void;
  /** Results of tools of others, and what was read from servers: both together. */
  readonly cache: Pick<ResultCache, 'clear' | 'state'>;
  /** A local server, or one resource of it, is not what it was: what was read there is read again. */
  forgetReads(server: string, uri?: string): void;
}

/**
 * Gives what finds out whether a constraint of a grant can be checked, which throws `relay.bad_schema` where not; its
 * result says whether arguments fit: what is wrong with them, or nothing.
 */
export const loadConstraintCompiler = async (): Promise<
  (schema: string) => (args: JsonObject) => readonly unknown[] | undefined
> => (await import('./validation.ts')).compileConstraint;

export interface RelayDeps {
  db: Database;
  /** Where spans of calls go. Default: nowhere. */
  spans?: Pick<SpanExporter, 'add' | 'isOn'>;
  network: Network;
  clock: Clock;
  random: Random;
  log: Log;
  servers: LocalServers;
  mayCall: MayCall;
  /** Counts a call made under a grant. Default: there are none. */
  useGrant?(id: string): void;
  /** Whether a grant that was spent on a running call is neither revoked nor over. Default: it is. */
  isGrantGood?(id: string): boolean;
  /** Judges the chain that a call comes through. Default: calls come from those who make them. */
  judgeChain?: JudgeChain;
  /** Whether peers are not served now; calls in flight may end. Default: never. */
  isPaused?(): boolean;
  /** Whether a connected peer takes calls now, as far as it told. Default: it does. */
  isServing?(peerId: PeerId): boolean;
  /** This node’s own keys and certificate, and what verifies those of others: calls are sealed with them. */
  sealing: Pick<SealingDeps, 'self' | 'certified'>;
  verify: Verify;
  /** Where calls of what is shared on here under a name go. Default: nothing is. */
  onward?: Onwards;
  /** A node of other keys, for calls under a fresh identity. Default: there are no such calls. */
  openMask?: MasksDeps['open'];
  /** Values of secrets that never leave this node. Default: there are none. */
  secrets?(): Iterable<string>;
  /** Throws `registry.unknown_tool` and its kin. */
  callable(id: string): CallableTool;
  findLocal(server: string, tool: string): CallableTool | undefined;
}

export function createRelay(deps: RelayDeps, options: RelayOptions): Relay {
  const { clock } = deps;
  const owned = createDisposableStore();
  const loadValidation = lazyValidation();
  const invocations = owned.add(createInvocations(deps, options));
  const instances = createInstances(deps, { preference: options.preference });
  const router = createRouter({ isServing: () => true, ...deps, instances });
  const sealing = createSealing(
    { ...deps, ...deps.sealing },
    { policy: options.sealPolicy, wish: options.seal, onward: (name) => deps.onward?.(name) },
  );
  const secretForms = createSecretForms(() => deps.secrets?.() ?? []);
  const outgoing = createOutgoing({ ...deps, loadValidation, router, sealing }, options);
  const door = createDoor(deps, options);
  const incoming = createIncoming(
    {
      secretForms,
      isPaused: () => false,
      useGrant: () => undefined,
      isGrantGood: () => true,
      judgeChain: () => fail('access.bad_chain'),
      ...deps,
      loadValidation,
      sealing,
      mustBeSealed: (server, tool) => options.sealPolicy(server, tool) === 'required',
      door,
      onward: (name) => deps.onward?.(name),
      once: createOnce(deps),
    },
    options,
  );

  const masked = deps.openMask
    ? createMaskedCalls({ clock, random: deps.random, open: deps.openMask }, ({ network, self }) => {
        const way = { ...deps, network, isServing: () => true };
        return createOutgoing(
          {
            ...way,
            loadValidation,
            router: createRouter({
              ...way,
              instances: createInstances(deps, { preference: options.preference }),
            }),
            sealing: createSealing(
              { ...way, ...deps.sealing, self },
              { policy: () => 'off', wish: options.seal, onward: () => undefined },
            ),
          },
          options,
        );
      })
    : undefined;
  owned.defer(() => masked?.close());
  const cache = createResultCache(deps);
  const reads = createReadCache(deps);
  const tracer = createTracer({ exporter: deps.spans, random: deps.random });
  const recorder = createRecorder({ clock, random: deps.random, add: invocations.add }, options);

  function factsOf(
    exchange: McpExchange,
    method: string,
    server: string,
    params: JsonObject | undefined,
  ): CallFacts {
    const client = exchange.caller.clientInfo?.name;
    return {
      direction: 'local',
      method,
      server,
      requestBytes: params ? approximateBytes(params) : 0,
      ...(typeof client === 'string' ? { client: client.slice(0, 64) } : {}),
      params,
      arrivedAt: exchange.arrivedAt,
    };
  }

  async function toLocal(
    server: string,
    message: McpMessage,
    exchange: McpExchange,
    tool?: { tool: string; toolId: string },
  ): Promise<JsonObject> {
    const target = deps.servers.target(server);
    if (!target) throw relayError('relay.no_such_tool');
    const span = tracer.begin(message.params);
    const facts = { ...factsOf(exchange, message.method, server, message.params), ...tool, span };
    const { result } = await recorder.recorded(facts, async (hops) => {
      hops.begin('queue');
      const sent = { ...message, params: span.carry(message.params ?? {}) };
      const call = () => target.request(message.params ? sent : message, traced(exchange, hops));
      const read = options.cache() ? readOf(server, message, exchange) : undefined;
      if (read) return fromReads(read, call);
      const result = await call();
      return { result, responseBytes: approximateBytes(result) };
    });
    return result;
  }

  async function fromReads(
    read: Read,
    call: () => Promise<JsonObject>,
  ): Promise<CallSizes & { result: JsonObject }> {
    const { from, result } = await reads.read(read, async () => {
      const result = await call();
      return { result, bytes: approximateBytes(result) };
    });
    if (from === 'cache') return { result, responseBytes: 0, cached: true };
    return { result, responseBytes: approximateBytes(result) };
  }

  async function toRemote(
    tool: CallableTool,
    params: JsonObject,
    exchange: McpExchange,
  ): Promise<JsonObject> {
    const facts: CallFacts = {
      ...factsOf(exchange, 'tools/call', tool.server, params),
      direction: 'outgoing',
      tool: tool.tool.name,
      toolId: tool.id,
      providerId: tool.provider,
    };
    const guard = createSecretGuard(secretForms);
    const isMasked = wantsFreshIdentity(params);
    const span = tracer.begin(params);
    const { result } = await recorder.recorded(
      { ...facts, guard, span, ...(isMasked ? { fresh: true } : {}) },
      (hops) => {
        if (isMasked) {
          // What was to be hidden is never sent otherwise.
          if (!masked) throw relayError('relay.unreachable');
          // A trace would tell that two masks hide one caller.
          return masked.call(tool, withoutTrace(params), exchange, hops, guard);
        }
        const call = () => outgoing.call(tool, span.carry(params), exchange, hops, guard);
        const cached = cachedCall(tool, params, exchange);
        return cached && options.cache() ? fromCache(cached, call) : call();
      },
    );
    return result;
  }

  async function fromCache(
    cached: CachedCall,
    call: () => Promise<RemoteOutcome>,
  ): Promise<CallSizes & { result: JsonObject }> {
    let made: RemoteOutcome | undefined;
    const { result } = await cache.call(cached, async () => {
      made = await call();
      return { result: made.result, bytes: made.responseBytes };
    });
    return made ?? { result, requestBytes: 0, responseBytes: 0, cached: true };
  }

  async function answer(call: IncomingCall): Promise<Uint8Array> {
    const { guard, peerId, providerId, request, requestBytes } = call;
    const facts: CallFacts = {
      direction: 'incoming',
      method: 'tools/call',
      server: request.server,
      tool: request.tool,
      providerId,
      peerId,
      requestBytes,
      guard,
      ...(request.sealed ? { sealed: true as const } : {}),
      params: request.params,
    };
    const span = tracer.begin(request.params);
    try {
      return (await recorder.recorded({ ...facts, span }, (hops) => call.run(hops, span))).bytes;
    } catch (error) {
      return encodeFailure(error);
    }
  }

  return {
    start: () => void owned.add(incoming.start(answer)),
    stop: () => owned.close(),
    async callTool(id, params, exchange) {
      const tool = deps.callable(id);
      if (!tool.local) return toRemote(tool, params, exchange);
      return toLocal(
        tool.server,
        { method: 'tools/call', params: { ...params, name: tool.tool.name } },
        exchange,
        { tool: tool.tool.name, toolId: tool.id },
      );
    },
    request: (server, message, exchange) => toLocal(server, message, exchange),
    sessionEnded: (session) => deps.servers.sessionEnded(session),
    recheck: () => incoming.recheck(),
    invocations,
    onInvocation: (listener) => invocations.onAdded(listener),
    onMeasured: invocations.onMeasured,
    cache: {
      clear() {
        cache.clear();
        reads.clear();
      },
      state: () => together(cache.state(), reads.state()),
    },
    forgetReads: reads.forget,
    load: () => loadOf(door.state(), options, door.usedOf),
    spend: door.spend,
  };
}

const traced = ({ ask, caller, notify, signal, via }: McpExchange, trace: HopClock): McpExchange => ({
  caller,
  signal,
  notify,
  ask,
  trace,
  via,
});

/** The call as the cache sees it; undefined where its result may not be kept, or is wanted fresh. */
function cachedCall(
  { caching, id, state, tool }: CallableTool,
  params: JsonObject,
  { caller, signal }: McpExchange,
): CachedCall | undefined {
  // A tool that is not approved any more gives nothing, not even what it gave before.
  if (state !== 'approved' || !mayCache(tool, caching) || isBypassed(params)) return undefined;
  const { principal, profile } = caller;
  return { toolId: id, params, identity: { principal, profile }, caching, signal };
}

/** The request as the cache of reads sees it; undefined where it is no read, or one that must reach its server. */
function readOf(
  server: string,
  { method, params = {} }: McpMessage,
  { caller: { era, principal, profile }, signal }: McpExchange,
): Read | undefined {
  const uri = method === 'resources/read' ? plainUri(params) : undefined;
  return uri === undefined ? undefined : { server, uri, era, identity: { principal, profile }, signal };
}

const together = (one: CacheState, other: CacheState): CacheState => ({
  entries: one.entries + other.entries,
  bytes: one.bytes + other.bytes,
  hits: one.hits + other.hits,
  misses: one.misses + other.misses,
  joined: one.joined + other.joined,
  bytesSaved: one.bytesSaved + other.bytesSaved,
});

/** Providers shown with what they have waiting. */
const MAX_QUEUES = 50;

const MAX_LIMITS_SHOWN = 100;

const loadOf = (
  { queues, ...state }: DoorState,
  limits: RelayOptions,
  usedOf: LimitedDoor['usedOf'],
): Load => ({
  ...state,
  limits: (limits.limits?.() ?? [])
    .map((limit) => ({ scope: limit.scope, ...usedOf(limit) }))
    .sort((a, b) => b.used - a.used)
    .slice(0, MAX_LIMITS_SHOWN),
  maxRunning: limits.maxRunning(),
  maxWaiting: limits.maxWaiting(),
  queues: [...queues].sort((a, b) => b.waiting - a.waiting).slice(0, MAX_QUEUES),
});

/** Size of a value as JSON without writing it: strings count by their length, so large results cost nothing to measure. */
export function approximateBytes(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length + 2;
  if (value === null || typeof value !== 'object') return 5;
  let sum = 2;
  if (Array.isArray(value)) for (const item of value) sum += approximateBytes(item) + 1;
  else for (const key in value) sum += key.length + 4 + approximateBytes(value[key]);
  return sum;
}
