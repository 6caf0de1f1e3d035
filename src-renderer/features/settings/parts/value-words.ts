import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { type Setting, unitOf } from '../rules.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const willingness = ['auto', 'always', 'on', 'off', 'never', 'whenOffered'] as const;
const seedings = ['own', 'ratio', 'time'] as const;

/** A choice in words, where there are some. */
export function useChoiceWords(): (value: string) => string {
  const { t } = useTranslation('settings');
  return useCallback(
    (value) => {
      const level = levels.find((item) => item === value);
      const will = willingness.find((item) => item === value);
      const seeding = seedings.find((item) => item === value);
      if (will) return t(`willing.${will}`);
      if (seeding) return t(`seeding.${seeding}`);
      return level ? t(`level.${level}`) : value;
    },
    [t],
  );
}

/** The value in force as a person reads it. */
export function useValueWords(): (setting: Setting) => string {
  const { t } = useTranslation('settings');
  const format = useFormats();
  const choice = useChoiceWords();
  return ({ key, value }) => {
    if (Array.isArray(value)) return value.length === 0 ? t('none') : value.join('\n');
    if (typeof value === 'string') return value === '' ? t('none') : choice(value);
    if (typeof value !== 'number') return JSON.stringify(value) ?? t('none');
    const unit = unitOf(key);
    switch (unit?.name) {
      case 'seconds':
        return format.duration(value);
      case 'hours':
        return t('hours', { count: value });
      case 'days':
        return t('days', { count: value });
      case 'mebibytes':
        return t('mebibytes', { size: format.number(value / unit.factor) });
      case 'kibibytesPerSecond':
        return value === 0 ? t('unlimited') : t('kibibytesPerSecond', { speed: format.number(value) });
      case 'timesSize':
        return t('timesSize', { times: format.number(value) });
      default:
        return key.endsWith('.port') ? String(value) : format.number(value);
    }
  };
}
