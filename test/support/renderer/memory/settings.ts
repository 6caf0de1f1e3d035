import type { settingsContract } from '#shared/features/settings/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { settingOf } from '../views.ts';
import { find, type Memory } from './memory.ts';

export function answerSettings(memory: Memory): Handlers<typeof settingsContract> {
  const { world } = memory;
  return {
    'settings.list': () => ({ items: world.settings.map(settingOf) }),
    'settings.set': ({ key, value }) => {
      const setting = find(world.settings, (item) => item.key === key, 'This setting');
      Object.assign(setting, { value, changed: true });
      return settingOf(setting);
    },
    'settings.reset': ({ key }) => {
      const setting = find(world.settings, (item) => item.key === key, 'This setting');
      Object.assign(setting, { value: setting.defaultValue, changed: false });
      return settingOf(setting);
    },
  };
}
