import type * as z from 'zod/mini';
import type { Contract, Handlers } from '../contract.ts';
import type { Closeable } from '../disposables.ts';
import { AppError, type ErrorShape, toErrorShape } from '../errors.ts';
import type { Channel } from './channel.ts';
import { type Credit, createCredit } from './credit.ts';
import { type CheckedCall, checkCall } from './dispatch.ts';
import {
  CANCEL,
  CREDIT,
  type CallId,
  HELLO,
  ITEM,
  MAX_OPEN_CALLS,
  MAX_RESPONSE_LENGTH,
  type Request,
  cancelSchema,
  creditSchema,
  disconnected,
  errorText,
  helloSchema,
  noticeText,
  readRequest,
  resultText,
  tooLarge,
  tooManyCalls,
  versionMismatch,
} from './messages.ts';
import { pump } from './pump.ts';

export interface ServeOptions {
  /** The contract's version; a caller of another is refused with `contract.version`. */
  version: number;
  /** Throws an `AppError` where this caller may not make this call; nothing of it is looked at then. */
  authorize?: (method: string) => void;
  /** Learns of what a handler threw that is not an `AppError`; the caller only sees `internal`. */
  onFault?: (error: unknown, method: string) => void;
}

interface OpenCall {
  controller: AbortController;
  credit: Credit;
}

/**
 * Answers the calls that come over `channel`, at most `MAX_OPEN_CALLS` at a time. A call stays open until its answer
 * could be written, so a caller that asks and never reads is bounded as well. Closing ends the channel and aborts
 * every open call.
 */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  channel: Channel,
  options: ServeOptions,
): Closeable {
  const calls = new Map<CallId, OpenCall>();
  let greeted = false;

  channel.onMessage((text) => {
    try {
      receive(readRequest(text));
    } catch (error) {
      refuse(null, error);
    }
  });
  channel.onClose((reason) => {
    for (const call of calls.values()) call.controller.abort(reason ?? disconnected());
  });
  return { close: () => channel.close() };

  function receive({ id, method, params }: Request): void {
    if (method === CANCEL) return cancel(expect(cancelSchema, params).id);
    if (method === CREDIT) return grant(expect(creditSchema, params));
    if (id === undefined) throw notAMessage();
    if (method === HELLO) return greet(id, expect(helloSchema, params).version);
    if (!greeted) return refuse(id, versionUnknown(options.version));
    if (calls.has(id)) return refuse(id, notAMessage());
    if (calls.size >= MAX_OPEN_CALLS) return turnAway(id);
    void answer(id, method, params);
  }

  function greet(id: CallId, version: number): void {
    if (version !== options.version) return refuse(id, versionMismatch(options.version, version));
    greeted = true;
    channel.send(resultText(id, { version }));
  }

  /** Says why, then hangs up: after this message nothing on the channel can be trusted to mean what it says. */
  function refuse(id: CallId | null, error: unknown): void {
    channel.send(errorText(id, toErrorShape(error)));
    channel.close(error instanceof AppError ? error : undefined);
  }

  function turnAway(id: CallId): void {
    const error = tooManyCalls();
    if (channel.writable) channel.send(errorText(id, toErrorShape(error)));
    else channel.close(error);
  }

  function cancel(id: CallId): void {
    calls
      .get(id)
      ?.controller.abort(
        new AppError('contract.cancelled', 'The caller cancelled the call.', { retryable: true }),
      );
  }

  function grant({ id, items }: z.output<typeof creditSchema>): void {
    calls.get(id)?.credit.grant(items);
  }

  async function answer(id: CallId, method: string, params: unknown): Promise<void> {
    const call: OpenCall = { controller: new AbortController(), credit: createCredit() };
    const { signal } = call.controller;
    calls.set(id, call);
    const last = await perform(id, method, params, call);
    await channel.drained();
    calls.delete(id);
    if (!signal.aborted) channel.send(last);
  }

  /** Runs the call to its end and gives its last message. Never rejects. */
  async function perform(id: CallId, method: string, params: unknown, call: OpenCall): Promise<string> {
    try {
      options.authorize?.(method);
      const checked = checkCall(contract, handlers, method, params);
      const result = await run(id, checked, call);
      return withinLimit(resultText(id, result));
    } catch (error) {
      return errorText(id, shapeOf(error, method, call.controller.signal));
    }
  }

  async function run(id: CallId, checked: CheckedCall, { controller, credit }: OpenCall): Promise<unknown> {
    const { signal } = controller;
    if (checked.kind !== 'stream') return checked.encode(await checked.invoke({ signal }));
    return pump(checked.invoke({ signal }), signal, {
      async room() {
        await credit.take(signal);
        await channel.drained();
      },
      send: (item) => channel.send(withinLimit(noticeText(ITEM, { id, item: checked.encode(item) }))),
    });
  }

  function shapeOf(error: unknown, method: string, signal: AbortSignal): ErrorShape {
    if (!(error instanceof AppError) && !signal.aborted) options.onFault?.(error, method);
    return toErrorShape(error);
  }
}

function withinLimit(text: string): string {
  if (text.length > MAX_RESPONSE_LENGTH) throw tooLarge(MAX_RESPONSE_LENGTH);
  return text;
}

function expect<S extends z.ZodMiniType>(schema: S, params: unknown): z.output<S> {
  const parsed = schema.safeParse(params);
  if (!parsed.success) throw notAMessage();
  return parsed.data;
}

const notAMessage = (): AppError =>
  new AppError('contract.malformed', 'This message does not fit the contract here.', {
    advice: 'Give each call an id of its own; say hello first.',
  });

const versionUnknown = (version: number): AppError =>
  new AppError('contract.version', `The caller did not say hello; this node speaks version ${version}.`, {
    advice: 'Send $/hello with the version of the contract before any call.',
  });
