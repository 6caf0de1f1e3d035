/** What the answers of all slices share: the world, and how to say that it changed. */
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createLiveValue, type LiveValue } from '../live-value.ts';
import type { World } from '../world.ts';

export interface Memory {
  world: World;
  clock: Clock;
  live: LiveValue;
  /** Wakes those who follow calls. */
  calls: LiveValue;
  revision(): number;
  /** Tells every stream that the world was changed. */
  changed(): void;
  /** The same, on the way out of a command. */
  after<Result>(result: Result): Result;
  serverOf(name: string): World['servers'][number];
  toolOf(id: string): World['tools'][number];
  log(server: string, text: string): void;
}

const missing = (what: string) =>
  new AppError('not_found', `${what} does not exist.`, { advice: 'It may have been removed meanwhile.' });

export const find = <Item>(items: readonly Item[], fits: (item: Item) => boolean, what: string): Item => {
  const found = items.find(fits);
  if (!found) throw missing(what);
  return found;
};

export function createMemory(world: World, clock: Clock): Memory {
  const live = createLiveValue();
  let revision = 1;
  const changed = () => {
    revision += 1;
    live.changed();
  };
  return {
    world,
    clock,
    live,
    calls: createLiveValue(),
    revision: () => revision,
    changed,
    after(result) {
      changed();
      return result;
    },
    serverOf: (name) => find(world.servers, (item) => item.name === name, `The server “${name}”`),
    toolOf: (id) =>
      find(
        world.tools,
        ({ view }) => view.id === id || view.id.startsWith(`${id}@`) || view.catalogName === id,
        'This tool',
      ),
    log(name, text) {
      world.logs.set(name, [...(world.logs.get(name) ?? []), { at: clock.now(), stream: 'event', text }]);
    },
  };
}
