import type { centralContract, Listing } from '#shared/features/registry/central.ts';
import { wordsOf } from '#shared/features/registry/listing.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { find, type Memory } from './memory.ts';

/** A registry of a few hundred servers that is read within a second. */
export function answerCentral({
  after,
  changed,
  clock,
  live,
  world,
}: Memory): Handlers<typeof centralContract> {
  const { central } = world;
  let syncing = false;
  const shown = () => (central.syncedAt === undefined ? [] : central.listings);
  const state = () => ({
    url: 'https://registry.example.org',
    count: shown().length,
    syncing,
    ...(central.syncedAt === undefined ? {} : { syncedAt: central.syncedAt }),
  });
  const fits = ({ name, description = '' }: Listing, words: string[]) =>
    words.every((word) => `${name} ${description}`.toLowerCase().includes(word));
  return {
    'central.watch': (_, { signal }) => live.follow(state, signal),
    'central.sync': async (_, { signal }) => {
      syncing = true;
      changed();
      await sleep(clock, 800, signal);
      syncing = false;
      central.syncedAt = clock.now();
      changed();
      return { read: central.listings.length, count: central.listings.length };
    },
    'central.forget': () => {
      delete central.syncedAt;
      return after({});
    },
    'central.list': ({ text, kind, offset, limit }) => {
      const found = shown().filter(
        (item) => fits(item, wordsOf(text)) && (!kind || item.kinds.includes(kind)),
      );
      return { items: found.slice(offset, offset + limit), total: found.length };
    },
    'central.show': ({ name }) => {
      const listing = find(central.listings, (item) => item.name === name, 'This server');
      return { ...listing, serverJson: JSON.stringify(serverJsonOf(listing)) };
    },
  };
}

/** A package that asks for a key, or an address. */
function serverJsonOf({ name, description, version, kinds }: Listing): object {
  const short = name.split('/')[1] ?? name;
  const common = { name, description, version };
  if (kinds.includes('remote'))
    return { ...common, remotes: [{ type: 'streamable-http', url: `https://${short}.example.org/mcp` }] };
  return {
    ...common,
    packages: [
      {
        registryType: kinds[0],
        identifier: `@example/${short}`,
        version,
        transport: { type: 'stdio' },
        environmentVariables: [{ name: `${short.toUpperCase()}_KEY`, isSecret: true, isRequired: true }],
      },
    ],
  };
}
