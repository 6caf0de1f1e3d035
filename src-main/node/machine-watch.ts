/**
 * Notices that this machine changed its network or slept, without anybody's help: a headless laptop has no shell that
 * could tell. Both mean the same to a node: its connections may be dead, and lost peers are worth a try at once.
 */
import { networkInterfaces } from 'node:os';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';

const LOOK_EVERY_MS = 5000;
/** Between two looks the wall clock may run ahead of the timers by this much before it counts as sleep. */
const SLEPT_MS = 20_000;

export type Disturbance = 'addresses' | 'slept';

export interface MachineWatchDeps {
  clock: Clock;
  /** The addresses under which the machine is reachable, loopback aside. */
  addresses?: () => string[];
  onDisturbed(what: Disturbance): void;
}

export function watchMachine({ clock, onDisturbed, addresses = ownAddresses }: MachineWatchDeps): Closeable {
  let known = addresses().join();
  let wall = clock.now();
  let ticks = clock.monotonic();
  const timer = clock.every(LOOK_EVERY_MS, () => {
    const now = addresses().join();
    // Where timers stand still during sleep the wall clock runs ahead of them; where they do not, a tick comes late.
    const passed = Math.max(clock.now() - wall, clock.monotonic() - ticks);
    wall = clock.now();
    ticks = clock.monotonic();
    if (now !== known) {
      known = now;
      onDisturbed('addresses');
    } else if (passed > LOOK_EVERY_MS + SLEPT_MS) onDisturbed('slept');
  });
  return { close: () => timer.cancel() };
}

/** Sorted, so that their order does not count as a change. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort();
