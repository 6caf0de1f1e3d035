/**
 * A call that waits for its operator reaches him where he is. Where the client can ask and the operator lets it, he is
 * asked there; else the client gets a link into the application, and while it shows progress the call waits for the yes.
 * What is approved is exactly what was shown: a tool that changes meanwhile is refused.
 */
import { stripHidden } from '#shared/features/registry/text.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { JSON_RPC, McpError, type McpExchange, type McpMessage } from '#shared/features/servers/mcp.ts';
import { isObject } from '#shared/features/endpoint/messages.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { busy } from './faults.ts';
import type { CallLinks, WaitingTool } from './ports.ts';

/** Calls that wait for an operator, of all clients and of one. */
export const MAX_WAITING = 64;
export const MAX_WAITING_PER_SESSION = 4;
/** Between signs of progress, which keep the client from giving the call up. */
const PROGRESS_MS = 10_000;
/** Characters of a description in a question. */
const MAX_SHOWN = 600;

export interface ApprovalsDeps {
  clock: Clock;
  /** Throws `registry.changed_meanwhile` where the tool is no longer as it was shown, and as `Registry.approve`. */
  approve(id: string, fingerprint: string): void;
  isApproved(id: string): boolean;
  /** Calls back when a decision may have been made. */
  onDecided(listener: () => void): () => void;
  links: CallLinks;
}

export interface ApprovalsOptions {
  /** Whether a client may put the question to its person itself. */
  askInClient(): boolean;
  /** How long a call waits for a yes in the application; 0: not at all. */
  waitMs(): number;
}

export interface Approvals {
  /**
   * Resolves once the tool is approved as it is now. Rejects with `relay.not_approved` or `relay.tool_changed`, whose
   * details hold the links, with `endpoint.busy`, or with `registry.changed_meanwhile`.
   */
  obtain(tool: WaitingTool, params: JsonObject, exchange: McpExchange): Promise<void>;
  /** Resolves once `isDone` after a fault that a person can mend; else rejects with the fault and a link to where he can. */
  mended(
    fault: AppError,
    wait: { link: string; isDone(): boolean; on(listener: () => void): () => void },
    params: JsonObject,
    exchange: McpExchange,
  ): Promise<void>;
}

export function createApprovals(deps: ApprovalsDeps, options: ApprovalsOptions): Approvals {
  const waiting = new Map<string, number>();
  /** One question to a person about a tool, however many of his calls need it. */
  const asked = new Map<string, Promise<boolean | undefined>>();

  async function obtain(tool: WaitingTool, params: JsonObject, exchange: McpExchange): Promise<void> {
    const refusal = withLinks(refusalOf(tool), deps.links(`tool/${encodeURIComponent(tool.id)}`));
    const answer = options.askInClient() ? await askOnce(tool, exchange) : undefined;
    if (answer === false) throw refusal;
    if (answer === true) return deps.approve(tool.id, tool.fingerprint);
    const isDone = () => deps.isApproved(tool.id);
    if (!(await waited({ isDone, on: deps.onDecided }, params, exchange))) throw refusal;
  }

  function askOnce(tool: WaitingTool, exchange: McpExchange): Promise<boolean | undefined> {
    const key = `${exchange.caller.session} ${tool.id}`;
    const running = asked.get(key) ?? ask(tool, exchange).finally(() => asked.delete(key));
    asked.set(key, running);
    return running;
  }

  /** The person's answer; undefined where the client cannot put the question. */
  async function ask(tool: WaitingTool, exchange: McpExchange): Promise<boolean | undefined> {
    try {
      const { action, content } = await exchange.ask(questionAbout(tool));
      return action === 'accept' && isObject(content) && content['approve'] === true;
    } catch (error) {
      if (error instanceof McpError && error.code === JSON_RPC.methodNotFound) return undefined;
      throw error;
    }
  }

  /** Whether it came to pass while the client kept the call alive. */
  async function waited(
    { isDone, on }: { isDone(): boolean; on(listener: () => void): () => void },
    params: JsonObject,
    exchange: McpExchange,
  ): Promise<boolean> {
    const waitMs = wantsProgress(params) ? options.waitMs() : 0;
    if (waitMs <= 0) return false;
    const leave = enter(exchange.caller.session);
    const settled = Promise.withResolvers<boolean>();
    let progress = 0;
    const tell = () => exchange.notify(progressMessage(++progress));
    const look = () => isDone() && settled.resolve(true);
    const gone = () => settled.resolve(false);
    const stops = [on(look)];
    const timers = [deps.clock.every(PROGRESS_MS, tell), deps.clock.after(waitMs, gone)];
    exchange.signal.addEventListener('abort', gone, { once: true });
    tell();
    look();
    try {
      return await settled.promise;
    } finally {
      exchange.signal.removeEventListener('abort', gone);
      stops.forEach((stop) => stop());
      timers.forEach((timer) => timer.cancel());
      leave();
    }
  }

  function enter(session: string): () => void {
    const own = waiting.get(session) ?? 0;
    const all = [...waiting.values()].reduce((sum, count) => sum + count, 0);
    if (own >= MAX_WAITING_PER_SESSION || all >= MAX_WAITING) throw busy('calls that wait for a person');
    waiting.set(session, own + 1);
    return () => {
      const left = (waiting.get(session) ?? 1) - 1;
      if (left > 0) waiting.set(session, left);
      else waiting.delete(session);
    };
  }

  return {
    obtain,
    async mended(fault, { link, ...wait }, params, exchange) {
      if (!(await waited(wait, params, exchange))) throw withLinks(fault, deps.links(link));
    },
  };
}

const refusalOf = ({ state }: WaitingTool): AppError =>
  relayError(state === 'changed' ? 'relay.tool_changed' : 'relay.not_approved');

/** The same fault, which says where it can be mended. */
export function withLinks(fault: AppError, { app, web }: ReturnType<CallLinks>): AppError {
  const { advice, code, message, retryable } = fault;
  return new AppError(code, message, {
    advice: `${advice} Open ${app}${web ? ` or ${web}` : ''}`,
    retryable,
    details: { ...fault.details, link: app, ...(web ? { dashboard: web } : {}) },
    cause: fault,
  });
}

/** What a person must see to decide: whose tool, what it says of itself, and which definition exactly. */
function questionAbout({ fingerprint, provider, server, state, tool }: WaitingTool): McpMessage {
  const words = stripHidden(tool.description ?? tool.title ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  const message = [
    state === 'changed'
      ? `The tool “${stripHidden(tool.name)}” is no longer the one that you approved.`
      : `The tool “${stripHidden(tool.name)}” waits for your approval.`,
    `Provider: ${stripHidden(provider)}. Server: ${stripHidden(server)}. Definition: ${fingerprint.slice(0, 12)}.`,
    `It says of itself: ${words.slice(0, MAX_SHOWN).toWellFormed() || '—'}`,
  ].join('\n');
  const requestedSchema = {
    type: 'object',
    properties: {
      approve: { type: 'boolean', title: 'Approve the tool as it is now', default: false },
    },
    required: ['approve'],
  };
  return { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } };
}

const wantsProgress = ({ _meta: meta }: JsonObject): boolean =>
  isObject(meta) && meta['progressToken'] !== undefined;

const progressMessage = (progress: number): McpMessage => ({
  method: 'notifications/progress',
  params: { progress, message: 'Waits for an answer in Toolswarm.' },
});
