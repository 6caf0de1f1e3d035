import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { type Setting, unitOf } from '../rules.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const willingness = ['auto', 'always', 'on', 'off', 'never', 'whenOffered'] as const;

/** A choice in words, where there are some. */
export function useChoiceWords(): (value: string) => string {
  const { t } = useTranslation('settings');
  return useCallback(
    (value) => {
      const level = levels.find((item) => item === value);
      const will = willingness.find((item) => item === value);
      if (will) return t(`willing.${will}`);
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
    if (unit?.name === 'seconds') return format.duration(value);
    if (unit?.name === 'mebibytes') return t('mebibytes', { size: format.number(value / unit.factor) });
    if (unit?.name === 'days') return t('days', { count: value });
    return key.endsWith('.port') ? String(value) : format.number(value);
  };
}
