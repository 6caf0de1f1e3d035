import type { upkeepContract } from '#shared/features/node/upkeep.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { statusOf } from '../views.ts';
import type { Memory } from './memory.ts';

export function answerUpkeep({ clock, world, after }: Memory): Handlers<typeof upkeepContract> {
  return {
    'node.restart': () => {
      world.settings.changedKeys.clear();
      world.startedAt = clock.now();
      return after({});
    },
    'node.storage': () => ({
      dataDir: statusOf(world).dataDir,
      items: [
        { kind: 'calls', bytes: 41_300_000 },
        { kind: 'network', bytes: 18_900_000 },
        { kind: 'log', bytes: 9_700_000 },
        { kind: 'registry', bytes: 6_100_000 },
        { kind: 'kept', bytes: 1_240_000 },
        { kind: 'copies', bytes: 1_100_000 },
        { kind: 'free', bytes: 327_680 },
        { kind: 'other', bytes: 5_120 },
      ],
      freeBytes: 63_400_000_000,
    }),
    'node.diagnostics': () => ({
      name: 'toolswarm-diagnostics-2026-01-15',
      files: [
        {
          name: 'README.txt',
          text: 'What is in here: version and system, settings, states of servers and connections.\n',
        },
        {
          name: 'about.json',
          text: `${JSON.stringify({ version: '0.1.0', system: 'Linux', node: '24.21.0' }, null, 2)}\n`,
        },
        {
          name: 'log/node.log',
          text: '{"level":"info","time":1768465800000,"peerId":"<peer 1>","msg":"the node is ready"}\n',
        },
      ],
    }),
  };
}
