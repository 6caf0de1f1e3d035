import { type Conditions, type conditionsContract, pauseReasons } from '#shared/features/node/conditions.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Memory } from './memory.ts';

export function answerConditions({ after, clock, live, world }: Memory): Handlers<typeof conditionsContract> {
  const read = (): Conditions => {
    const { machine, pause } = world.conditions;
    const reasons = pauseReasons(pause, machine, { pauseOnMetered: true, pauseOnBattery: false });
    return {
      sharing: reasons.length > 0 ? 'paused' : 'on',
      reasons,
      machine,
      ...(pause?.until === undefined ? {} : { until: pause.until }),
    };
  };
  return {
    'node.conditions': (_, { signal }) => live.follow(read, signal),
    'node.pauseSharing': ({ forMs }) => {
      world.conditions.pause = forMs === undefined ? {} : { until: clock.now() + forMs };
      return after(read());
    },
    'node.resumeSharing': () => {
      delete world.conditions.pause;
      return after(read());
    },
    'node.reportMachine': (facts) => {
      world.conditions.machine = { ...world.conditions.machine, ...facts };
      return after(read());
    },
  };
}
