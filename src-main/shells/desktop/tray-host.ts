/** Whether this desktop shows symbols of programs at all. */
import { type BusTool, hasOwnerOnBus, runBusTool } from './system-bus.ts';

/** Whoever shows symbols on Linux has this name, whatever the desktop is. */
const WATCHER = 'org.kde.StatusNotifierWatcher';

/** macOS and Windows always do. Where a Linux desktop does not say, it is taken as one that does not. */
export async function hasTrayHost(
  platform: NodeJS.Platform,
  env: Record<string, string | undefined>,
  run: BusTool = runBusTool,
): Promise<boolean> {
  if (platform !== 'linux') return true;
  if (!env['DBUS_SESSION_BUS_ADDRESS'] && !env['XDG_RUNTIME_DIR']) return false;
  return hasOwnerOnBus(WATCHER, run);
}
