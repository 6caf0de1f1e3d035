/** A network grown large: thousands of tools of many providers, no two alike. */
import { providerIdOf } from '#shared/kernel/ids.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { busyWorld, knownTool, type World } from './world.ts';

const VERBS = [
  'Read',
  'Search',
  'List',
  'Write',
  'Delete',
  'Convert',
  'Translate',
  'Summarize',
  'Send',
  'Plot',
];
const THINGS = [
  'files',
  'mails',
  'notes',
  'orders',
  'maps',
  'invoices',
  'tickets',
  'photos',
  'songs',
  'sensors',
];
const TAGS = ['office', 'weather', 'music', 'code', 'travel', 'finance', 'health', 'maps'];
const STATES = ['pending', 'pending', 'pending', 'approved', 'approved', 'rejected', 'changed'] as const;
const PROVIDERS = 40;

const providerAt = (index: number) => providerIdOf(new Uint8Array(32).fill(index + 1));

function toolAt(index: number): Tool {
  const verb = VERBS[index % VERBS.length] ?? '';
  const thing = THINGS[Math.floor(index / VERBS.length) % THINGS.length] ?? '';
  const reads = ['Read', 'Search', 'List', 'Summarize', 'Plot'].includes(verb);
  return {
    name: `${verb.toLowerCase()}_${thing}_${index}`,
    title: `${verb} ${thing} ${index}`,
    description: `${verb}s ${thing} of the archive number ${index}, by any of their fields, and says what it found in a few lines.`,
    inputSchema: {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer', default: 20 } },
      required: ['query'],
    },
    annotations:
      verb === 'Delete'
        ? { destructiveHint: true }
        : reads
          ? { readOnlyHint: true, openWorldHint: index % 3 === 0 }
          : { destructiveHint: false },
  };
}

/** @param count tools beside those of the busy world; 10,000 unless said. */
export const crowdedWorld =
  (count = 10_000) =>
  (now: number): World => {
    const world = busyWorld(now);
    for (let index = 0; index < count; index++) {
      const provider = Math.floor((index * index) / 7) % PROVIDERS;
      world.tools.push(
        knownTool(toolAt(index), {
          providerId: providerAt(provider),
          providerName: `Provider ${provider + 1}`,
          server: `archive-${provider % 5}`,
          version: `1.${index % 10}.0`,
          tags: [TAGS[index % TAGS.length] ?? '', TAGS[(index * 3 + 1) % TAGS.length] ?? ''],
          state: STATES[index % STATES.length] ?? 'pending',
          reachable: index % 11 !== 0,
        }),
      );
    }
    return world;
  };
