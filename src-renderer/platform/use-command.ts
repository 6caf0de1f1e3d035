import { useEffect, useRef, useState } from 'react';
import { type Fault, faultOf } from './faults.ts';

export interface Command<Args extends unknown[], Result> {
  /** Runs it; resolves with the result, or `undefined` where it failed or was cancelled. */
  run(...args: Args): Promise<Result | undefined>;
  /** Ends a run that is under way. */
  cancel(): void;
  /** Forgets the last fault. */
  clear(): void;
  pending: boolean;
  fault: Fault | undefined;
}

/** One thing a person can set going: whether it runs, how it failed, and a way to call it off. One run at a time. */
export function useCommand<Args extends unknown[], Result>(
  action: (signal: AbortSignal, ...args: Args) => Promise<Result>,
): Command<Args, Result> {
  const [state, setState] = useState<{ pending: boolean; fault: Fault | undefined }>({
    pending: false,
    fault: undefined,
  });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function run(...args: Args): Promise<Result | undefined> {
    if (running.current) return undefined;
    const controller = new AbortController();
    running.current = controller;
    setState({ pending: true, fault: undefined });
    try {
      const result = await action(controller.signal, ...args);
      setState({ pending: false, fault: undefined });
      return result;
    } catch (error) {
      setState({ pending: false, fault: controller.signal.aborted ? undefined : faultOf(error) });
      return undefined;
    } finally {
      running.current = undefined;
    }
  }

  return {
    run,
    cancel: () => running.current?.abort(),
    clear: () => setState((now) => ({ ...now, fault: undefined })),
    ...state,
  };
}
