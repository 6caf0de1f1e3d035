import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { isKnownKey, type Setting } from '../rules.ts';

/** Title and help of a setting; of one that a newer node brings, its key and the node's own words. */
export function useSettingWords(): (setting: Setting) => { title: string; help: string } {
  const { t } = useTranslation('settings');
  return useCallback(
    ({ key, schema }) =>
      isKnownKey(key)
        ? { title: t(`key.${key}.title`), help: t(`key.${key}.help`) }
        : { title: key, help: typeof schema['description'] === 'string' ? schema['description'] : '' },
    [t],
  );
}
