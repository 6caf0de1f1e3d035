/** What happens when sharing is paused or resumed, and when the machine slept or changed its network. */
import type { Platform } from './platform.ts';
import { watchMachine } from './machine-watch.ts';
import type { NodeSlices } from './slices.ts';

/** Wires the circumstances of the machine to the network; undone with the platform. */
export function keepReachable(
  { clock, log, owned }: Pick<Platform, 'clock' | 'log' | 'owned'>,
  {
    conditions,
    network,
    presence,
    registry,
  }: Pick<NodeSlices, 'conditions' | 'network' | 'presence' | 'registry'>,
): void {
  const refresh = (why: string) => {
    log.info({ why }, 'connections are checked and lost peers are sought at once');
    // New addresses are announced by whoever hears `addressesChanged`.
    network.refresh();
  };
  owned.defer(conditions.on('sharingChanged', () => presence.tellAll()));
  owned.defer(presence.on('changed', () => registry.touch()));
  owned.defer(conditions.on('resumed', () => refresh('resumed')));
  owned.add(watchMachine({ clock, onDisturbed: refresh }));
}
