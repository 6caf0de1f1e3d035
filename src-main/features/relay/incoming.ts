/** Calls of other providers' nodes to servers that this node shares with them. */
import type { GrantTerms } from '#shared/features/access/rules.ts';
import { RELAY_ERRORS, relayError } from '#shared/features/relay/errors.ts';
import {
  CALL_PROTOCOL,
  type CallRequest,
  encodeMessage,
  type ProviderMessage,
} from '#shared/features/relay/messages.ts';
import { reportOf } from '#shared/features/relay/hops.ts';
import { type Clear, sealedLength } from '#shared/features/relay/sealing.ts';
import { McpError, type McpExchange } from '#shared/features/servers/mcp.ts';
import { linkedTo } from '#shared/kernel/abort.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Network, PeerInfo, RpcExchange } from '../p2p/index.ts';
import type { CallableTool } from '../registry/index.ts';
import type { Manner } from '#shared/features/relay/manner.ts';
import type { HopClock } from './hop-clock.ts';
import { inPlace } from './admission/in-place.ts';
import { below, type CallSpan } from './tracing.ts';
import type { Once } from './once.ts';
import { asRpcError } from './outgoing.ts';
import type { Onwards, Sealing } from './seal/index.ts';
import { argumentsOf, constraintOf } from './call-arguments.ts';
import { createQuestions } from './questions.ts';
import { isOfTransport, requestPassing, withSignal } from './seal/passing.ts';
import { createSecretGuard, type SecretGuard } from './secret-guard.ts';
import { carryCall } from './seal/carrier.ts';
import type { TakenRequest } from './seal/opener.ts';
import type { AccessRule } from '../access/index.ts';
import type { Door, JudgeChain, LocalServers, MayCall, RelayOptions, Visit } from './ports.ts';
import type { LoadValidation } from './lazy-validation.ts';
import type { Validation } from './validation.ts';

/** Sessions of one peer that servers keep something for; the oldest is ended when a peer opens more. */
const MAX_SESSIONS_PER_PEER = 256;

export interface IncomingCall {
  request: TakenRequest;
  peerId: PeerId;
  providerId: ProviderId;
  requestBytes: number;
  /** Keeps secrets out of what is answered. */
  guard: SecretGuard;
  /** Runs the call; the record of calls is kept around it. */
  run(
    hops: HopClock,
    span?: CallSpan,
  ): Promise<{ result: JsonObject; responseBytes: number; bytes: Uint8Array }>;
}

/** What a call was found to be, and the grant that it needs. */
interface Judged {
  found: CallableTool;
  grant: GrantTerms | undefined;
}

export interface Incoming {
  start(record: (call: IncomingCall) => Promise<Uint8Array>): Closeable;
  /** Ends calls in flight that the present rules no longer allow. */
  recheck(): void;
}

interface Running {
  providerId: ProviderId;
  peerId: PeerId;
  /** Through which it came: what is shared in one network is refused in another. */
  network: NetworkId;
  server: string;
  tool: string;
  /** The chain that it came through stands there. */
  manner?: Manner | undefined;
  /** The grant that was spent on it. */
  paidBy?: string;
  controller: AbortController;
}

export function createIncoming(
  deps: {
    network: Network;
    clock: Pick<Clock, 'after'>;
    loadValidation: LoadValidation;
    servers: LocalServers;
    mayCall: MayCall;
    door: Door;
    once: Once;
    /** Counts a call made under a grant. */
    useGrant(id: string): void;
    /** Whether a grant that a running call was made under is neither revoked nor over. */
    isGrantGood(id: string): boolean;
    /** Judges the chain that a call comes through. */
    judgeChain: JudgeChain;
    /** Whether this node serves nobody but its own clients now. */
    isPaused(): boolean;
    /** What secrets that never leave this node look like. */
    secretForms(): readonly string[];
    sealing: Pick<Sealing, 'start' | 'take' | 'passing'>;
    /** Where calls of what is shared on here under a name go. */
    onward: Onwards;
    /** Whether calls of a tool are taken sealed only. */
    mustBeSealed(server: string, tool: string): boolean;
    /** The tool of an own server, or undefined. */
    findLocal(server: string, tool: string): CallableTool | undefined;
  },
  options: Pick<RelayOptions, 'maxResultBytes'>,
): Incoming {
  const running = new Set<Running>();
  const sessions = new Map<PeerId, Set<string>>();

  /** Every call is judged anew, tool and fingerprint included; nothing the consumer says is taken on trust. */
  function judge(request: TakenRequest, peer: PeerInfo): Judged {
    const allowed = refuse(peer, request.server, request.tool);
    const cut = chainRefusal(request, peer.providerId);
    if (cut) throw relayError(cut);
    if (!request.sealed && deps.mustBeSealed(request.server, request.tool))
      throw relayError('relay.seal_required');
    const found = deps.findLocal(request.server, request.tool);
    if (!found) throw relayError('relay.no_such_tool');
    if (found.fingerprint !== request.fingerprint) throw relayError('relay.tool_changed');
    return { found, grant: allowed.grant };
  }

  /** Who passes on a call of somebody else's says by whose leave. */
  function chainRefusal(
    { manner, server, tool }: Pick<CallRequest, 'manner' | 'server' | 'tool'>,
    provider: ProviderId,
  ): AccessRule | undefined {
    if (!manner?.via) return undefined;
    const judged = deps.judgeChain(manner.via, { provider, server, tool });
    return judged.ok ? undefined : judged.reason;
  }

  /** What is refused whatever the call says: who may not call at all may not open a session for it either. */
  function refuse({ network, providerId }: PeerInfo, server: string, tool: string) {
    const allowed = deps.mayCall(providerId, server, tool, network);
    if (!allowed.ok) throw relayError(allowed.reason);
    if (deps.isPaused()) throw relayError('relay.paused');
    return allowed.value;
  }

  /** Judged by what is cheap first; checking arguments costs time, which the door gives out. */
  async function run(
    request: TakenRequest,
    requestBytes: number,
    rpc: RpcExchange,
    hops: HopClock,
    guard: SecretGuard,
  ) {
    const { grant } = judge(request, rpc.peer);
    const call: Running = { ...runningOf(request, rpc.peer), controller: new AbortController() };
    const ending = linkedTo(rpc.signal, call.controller.signal);
    const { signal } = ending.controller;
    running.add(call);
    try {
      hops.begin('queue');
      const place = await deps.door.enter(visitOf(request, requestBytes, rpc.peer, grant?.id), signal);
      return await inPlace(place, () => perform(request, call, rpc, signal, hops, guard));
    } catch (error) {
      if (call.controller.signal.aborted) throw call.controller.signal.reason;
      throw error instanceof McpError ? guard.error(error) : error;
    } finally {
      ending.release();
      running.delete(call);
    }
  }

  /** A call that is sealed past this node is brought on unread: who may, how much and by whose leave is judged all the same. */
  async function bring(
    request: TakenRequest,
    clear: Clear,
    payload: Uint8Array,
    rpc: RpcExchange,
    hops: HopClock,
  ) {
    const { grant } = judge(request, rpc.peer);
    // What cannot be read cannot be compared with what a grant allows.
    if (grant && constraintOf(grant, request.tool) !== undefined) throw relayError('access.grant_arguments');
    const call: Running = { ...runningOf(request, rpc.peer), controller: new AbortController() };
    const ending = linkedTo(rpc.signal, call.controller.signal);
    const { signal } = ending.controller;
    running.add(call);
    try {
      hops.begin('queue');
      const visit = visitOf(request, payload.length, rpc.peer, grant?.id);
      const place = await deps.door.enter(visit, signal);
      return await inPlace(place, async () => {
        judge(request, rpc.peer);
        const onward = deps.onward(request.server);
        if (!onward) throw relayError('relay.unreachable');
        if (grant) deps.useGrant(grant.id);
        hops.begin('remote');
        const { at, peerId, via } = onward;
        const manner = { ...clear.manner, via: clear.manner?.via ?? [...via] };
        const bytes = await carryCall(deps.network, payload, withSignal(rpc, signal), {
          maxResponseBytes: sealedLength(options.maxResultBytes()),
          onward: () => ({ peerId, at, manner }),
        });
        return { result: {}, bytes, responseBytes: bytes.length };
      });
    } catch (error) {
      if (call.controller.signal.aborted) throw call.controller.signal.reason;
      throw isOfTransport(error) ? relayError('relay.unreachable') : error;
    } finally {
      ending.release();
      running.delete(call);
    }
  }

  async function perform(
    request: CallRequest,
    call: Running,
    rpc: RpcExchange,
    signal: AbortSignal,
    hops: HopClock,
    guard: SecretGuard,
  ) {
    const validation = await deps.loadValidation();
    const args = admitted(request, call, rpc.peer, signal, validation);
    const target = deps.servers.target(request.server);
    if (!target) throw relayError('relay.no_such_tool');
    if (call.paidBy !== undefined) deps.useGrant(call.paidBy);
    // What was checked is what is sent.
    const params = { ...request.params, ...(args ? { arguments: args } : {}), name: request.tool };
    const exchange = exchangeFor(request, rpc, signal, guard);
    const given = await target.request({ method: 'tools/call', params }, { ...exchange, trace: hops });
    const { bytes, message } = guard.encode({ result: given, hops: reportOf(hops.soFar()) }, 'result');
    if (bytes.length > options.maxResultBytes()) throw relayError('relay.too_large');
    return { result: message.result, bytes, responseBytes: bytes.length };
  }

  /**
   * What was true at the door may have changed while the call waited: it is judged again, and nothing waits between this
   * and the spending of its grant, so that calls side by side never get more out of a grant than it is for.
   */
  function admitted(
    request: CallRequest,
    call: Running,
    peer: PeerInfo,
    signal: AbortSignal,
    validation: Validation,
  ): JsonObject | undefined {
    if (signal.aborted) throw relayError('relay.cancelled');
    const { found, grant } = judge(request, peer);
    const args = argumentsOf(request);
    validation.checkArguments(found.tool, found.fingerprint, args ?? {});
    if (!grant) return args;
    const constraint = constraintOf(grant, request.tool);
    if (constraint !== undefined) validation.checkConstraint(grant.id, request.tool, constraint, args ?? {});
    call.paidBy = grant.id;
    return args;
  }

  /** An answer from memory costs what any answer costs, lest limits be evaded by asking for the same again. */
  async function again(request: CallRequest, requestBytes: number, rpc: RpcExchange, bytes: number) {
    const grant = judgePaid(request, rpc.peer);
    const place = await deps.door.enter(visitOf(request, requestBytes, rpc.peer, grant), rpc.signal);
    place.release({ responseBytes: bytes, failed: false });
    judgePaid(request, rpc.peer);
  }

  /** What was run under the last call of a grant was paid for. Returns the grant that it would need now. */
  function judgePaid(request: CallRequest, peer: PeerInfo): string | undefined {
    try {
      return judge(request, peer).grant?.id;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'access.grant_spent') throw error;
      return undefined;
    }
  }

  /** A call that runs under a grant has paid for it: that the grant is spent now says nothing against it. */
  function refusalNow(call: Running): AccessRule | undefined {
    const { network, paidBy, providerId, server, tool } = call;
    const allowed = deps.mayCall(providerId, server, tool, network);
    if (allowed.ok) return chainRefusal(call, providerId);
    const isOfGrants = allowed.reason.startsWith('access.grant_');
    return isOfGrants && paidBy !== undefined && deps.isGrantGood(paidBy) ? undefined : allowed.reason;
  }

  function exchangeFor(
    request: CallRequest,
    rpc: RpcExchange,
    signal: AbortSignal,
    guard: SecretGuard,
  ): McpExchange {
    const send = (message: ProviderMessage) => rpc.send(guard.encode(message, 'params').bytes);
    const questions = createQuestions(send, signal, deps.clock);
    rpc.onMessage(questions.receive);
    const session = `${rpc.peer.peerId}:${request.caller.session}`;
    noteSession(rpc.peer.peerId, session);
    return {
      caller: { ...request.caller, session, principal: rpc.peer.providerId },
      via: request.manner?.via,
      signal,
      notify: ({ method, params }) => {
        // Best effort by nature: when the consumer is gone, so is his interest in progress.
        send({ t: 'notify', method, ...(params ? { params } : {}) }).catch(ignoreGone);
      },
      ask: questions.ask,
    };
  }

  function noteSession(peerId: PeerId, session: string): void {
    const known = sessions.get(peerId) ?? new Set();
    sessions.set(peerId, known);
    known.delete(session);
    known.add(session);
    if (known.size <= MAX_SESSIONS_PER_PEER) return;
    const oldest = known.values().next().value as string;
    known.delete(oldest);
    deps.servers.sessionEnded(oldest);
  }

  function endSessions(peerId: PeerId): void {
    for (const session of sessions.get(peerId) ?? []) deps.servers.sessionEnded(session);
    sessions.delete(peerId);
  }

  return {
    start(record) {
      const owned = createDisposableStore();
      owned.add(
        deps.network.serve(CALL_PROTOCOL, async (payload, exchange) => {
          const passing = deps.sealing.passing(payload);
          if (passing) {
            const request = requestPassing(passing);
            const { peerId, providerId } = exchange.peer;
            return record({
              request,
              guard: createSecretGuard(deps.secretForms),
              peerId,
              providerId,
              requestBytes: payload.length,
              run: (hops) => bring(request, passing, payload, exchange, hops),
            });
          }
          const { content, request, respond, rpc } = deps.sealing.take(payload, exchange);
          const { peerId, providerId } = rpc.peer;
          const guard = createSecretGuard(deps.secretForms);
          const call: IncomingCall = {
            request,
            guard,
            peerId,
            providerId,
            requestBytes: payload.length,
            run: (hops, span) => run(below(span, request), payload.length, rpc, hops, guard),
          };
          const given = (bytes: number) => again(request, payload.length, rpc, bytes);
          return respond(() =>
            deps.once.run(providerId, request.manner?.key, content, () => record(call), given),
          );
        }),
      );
      owned.add(deps.sealing.start((peer, server, tool) => void refuse(peer, server, tool)));
      owned.defer(deps.network.on('peerDisconnected', ({ peerId }) => endSessions(peerId)));
      return owned;
    },
    recheck() {
      for (const call of running) {
        const refusal = refusalNow(call);
        if (refusal) call.controller.abort(relayError(refusal));
      }
    },
  };
}

const runningOf = ({ manner, server, tool }: CallRequest, { network, peerId, providerId }: PeerInfo) => ({
  network,
  peerId,
  providerId,
  server,
  tool,
  manner,
});

const visitOf = (
  { manner = {}, server, tool }: CallRequest,
  requestBytes: number,
  { peerId, providerId }: PeerInfo,
  grant: string | undefined,
): Visit => ({ manner, peerId, providerId, requestBytes, server, tool, grant });

function ignoreGone(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}

/**
 * The response frame for what a call came to: an error of the server itself passes as JSON-RPC, one of the documented
 * table as an RPC error. Why a server of ours does not work (paths, addresses, names of secrets) stays here.
 */
export function encodeFailure(error: unknown): Uint8Array {
  if (error instanceof McpError) return encodeMessage({ error: asRpcError(error) });
  if (!(error instanceof AppError) || error.code in RELAY_ERRORS) throw error;
  throw new AppError(error.code, 'The provider’s server cannot take this call.', {
    advice: 'Try again later; the provider sees the reason in the log of his server.',
    retryable: error.retryable,
  });
}
