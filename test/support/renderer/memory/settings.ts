import { nodeSettings } from '#main/node/settings.ts';
import { createSettings } from '#main/features/settings/index.ts';
import { variableOf } from '#main/features/settings/setting.ts';
import { silentLog } from '#main/platform/log.ts';
import type { settingsContract } from '#shared/features/settings/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Memory } from './memory.ts';

/** The real settings with the world's values: a form is only as good as the schemas that it is made from. */
export function answerSettings({ world }: Memory): Handlers<typeof settingsContract> {
  const all = defaults();
  const view = (key: string) => {
    const setting = all.find((item) => item.key === key);
    if (!setting)
      throw new AppError('settings.unknown', `There is no setting called “${key}”.`, { advice: '' });
    const { fixed, values } = world.settings;
    const value = values.get(key) ?? setting.defaultValue;
    const source = fixed.has(key)
      ? ('environment' as const)
      : values.has(key)
        ? ('file' as const)
        : ('default' as const);
    const restartPending = setting.needsRestart && world.settings.changedKeys.has(key);
    return { ...setting, value, source, restartPending, variable: variableOf(key) };
  };
  const change = (key: string, apply: () => void) => {
    world.settings.changedKeys.add(key);
    apply();
    return view(key);
  };
  return {
    'settings.list': () => ({ items: all.map(({ key }) => view(key)) }),
    'settings.set': ({ key, value }) => change(key, () => void world.settings.values.set(key, value)),
    'settings.reset': ({ key }) => change(key, () => void world.settings.values.delete(key)),
  };
}

function defaults() {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const file = join(folder, 'settings.json');
  const items = createSettings({ file, env: {}, flags: {}, log: silentLog }, nodeSettings).list();
  rmSync(folder, { recursive: true });
  return items;
}
