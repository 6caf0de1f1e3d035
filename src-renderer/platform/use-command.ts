import { useEffect, useRef, useState } from 'react';
import type { NodeContract } from '#shared/contract.ts';
import { type Fault, faultOf } from './faults.ts';
import { useNodeLink } from './node-link.ts';
import { useRefusal } from './operator.ts';
import { useWindowTasksApi } from './window-tasks.ts';

export interface Command<Args extends unknown[], Result> {
  /** Runs it; resolves with the result, or `undefined` where it failed or was cancelled. */
  run(...args: Args): Promise<Result | undefined>;
  /** Ends a run that is under way. */
  cancel(): void;
  /** Forgets the last fault. */
  clear(): void;
  pending: boolean;
  fault: Fault | undefined;
  /** Why the operator’s role does not let him run it; then running it does nothing but tell so. */
  refusal: Fault | undefined;
}

export interface CommandOptions {
  /** The call that asks for most; absent: one that changes something, which is the owner’s alone. */
  call?: keyof NodeContract;
  /**
   * What is being done, in words. A command with a title belongs to the window: once it lasts longer than a moment the
   * tray of tasks shows it with a way to call it off, and leaving the page does not end it. Without a title it is shown
   * at its button alone and ends with its page.
   */
  title?: string;
}

/** What takes longer than this is seen to be under way. */
export const MOMENT_MS = 200;

/** One thing a person can set going: whether it runs, how it failed, and a way to call it off. One run at a time. */
export function useCommand<Args extends unknown[], Result>(
  action: (signal: AbortSignal, ...args: Args) => Promise<Result>,
  { call, title }: CommandOptions = {},
): Command<Args, Result> {
  const { clock } = useNodeLink();
  const tasks = useWindowTasksApi();
  const refusal = useRefusal(call);
  const [state, setState] = useState<{ pending: boolean; fault: Fault | undefined }>({
    pending: false,
    fault: undefined,
  });
  const running = useRef<AbortController>(undefined);
  const isHere = useRef(true);
  const outlives = title !== undefined;
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      if (!outlives) running.current?.abort();
    };
  }, [outlives]);

  /** Shows a run in the tray once it lasts; returns how it is taken out again. */
  function show(controller: AbortController): (fault?: Fault) => void {
    if (title === undefined) return () => undefined;
    let id: number | undefined;
    const timer = clock.after(MOMENT_MS, () => {
      id = tasks.getState().begin(title, () => controller.abort());
    });
    return (fault) => {
      timer.cancel();
      const unseen = fault && !isHere.current;
      if (unseen) id ??= tasks.getState().begin(title, () => undefined);
      if (id !== undefined) tasks.getState().end(id, unseen ? fault : undefined);
    };
  }

  async function run(...args: Args): Promise<Result | undefined> {
    if (running.current) return undefined;
    if (refusal) {
      setState({ pending: false, fault: refusal });
      return undefined;
    }
    const controller = new AbortController();
    running.current = controller;
    setState({ pending: true, fault: undefined });
    const ended = show(controller);
    try {
      const result = await action(controller.signal, ...args);
      setState({ pending: false, fault: undefined });
      ended();
      return result;
    } catch (error) {
      const fault = controller.signal.aborted ? undefined : faultOf(error);
      setState({ pending: false, fault });
      ended(fault);
      return undefined;
    } finally {
      running.current = undefined;
    }
  }

  return {
    run,
    cancel: () => running.current?.abort(),
    clear: () => setState((now) => ({ ...now, fault: undefined })),
    refusal,
    ...state,
  };
}
