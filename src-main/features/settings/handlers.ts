import type { settingsContract } from '#shared/features/settings/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { SettingsSchema } from './setting.ts';
import type { Settings } from './settings.ts';

/** Serves `settings.*`. */
export function createSettingsHandlers<S extends SettingsSchema>(
  settings: Settings<S>,
): Handlers<typeof settingsContract> {
  return {
    'settings.list': () => ({ items: settings.list() }),
    'settings.set': ({ key, value }) => settings.set(key, value),
    'settings.reset': ({ key }) => settings.reset(key),
  };
}
