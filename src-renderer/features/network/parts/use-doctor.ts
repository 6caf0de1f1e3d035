import { useCallback, useEffect, useReducer, useRef } from 'react';
import { type DoctorCheck, type DoctorResult, doctorChecks } from '#shared/features/p2p/doctor.ts';
import { type Fault, faultOf } from '../../../platform/faults.ts';
import { useNode } from '../../../platform/node-link.ts';

export type Results = Partial<Record<DoctorCheck, DoctorResult>>;

export interface Examination {
  results: Results;
  phase: 'idle' | 'running' | 'done' | 'stopped';
  fault: Fault | undefined;
}

type Step =
  | { kind: 'started' | 'ended' | 'stopped' }
  | { kind: 'result'; result: DoctorResult }
  | { kind: 'failed'; fault: Fault };

const idle: Examination = { results: {}, phase: 'idle', fault: undefined };

function next(state: Examination, step: Step): Examination {
  if (step.kind === 'started') return { ...idle, phase: 'running' };
  if (step.kind === 'result')
    return { ...state, results: { ...state.results, [step.result.check]: step.result } };
  if (step.kind === 'failed') return { ...state, phase: 'stopped', fault: step.fault };
  if (step.kind === 'stopped') return { ...state, phase: 'stopped' };
  const isWhole = doctorChecks.every((check) => (state.results[check]?.state ?? 'running') !== 'running');
  return { ...state, phase: isWhole ? 'done' : 'stopped' };
}

/** One run of the connection doctor at a time; results as they come. */
export function useDoctor() {
  const node = useNode();
  const [state, tell] = useReducer(next, idle);
  const running = useRef<AbortController>(undefined);

  const start = useCallback(async () => {
    if (running.current) return;
    const controller = new AbortController();
    running.current = controller;
    tell({ kind: 'started' });
    try {
      for await (const result of node['node.doctor']({}, { signal: controller.signal }))
        tell({ kind: 'result', result });
      tell({ kind: controller.signal.aborted ? 'stopped' : 'ended' });
    } catch (error) {
      tell(controller.signal.aborted ? { kind: 'stopped' } : { kind: 'failed', fault: faultOf(error) });
    } finally {
      if (running.current === controller) running.current = undefined;
    }
  }, [node]);

  useEffect(
    () => () => {
      running.current?.abort();
      running.current = undefined;
    },
    [],
  );

  return { ...state, start, stop: () => running.current?.abort() };
}
