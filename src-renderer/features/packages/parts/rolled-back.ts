import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';

interface RolledBack {
  version: string;
  grantsRevoked: number;
  secretsRemoved: readonly string[];
  /** In ms. */
  tookMs: number;
}

/** What a step back did, in words. */
export function useRolledBack(): (name: string, done: RolledBack) => string {
  const { t } = useTranslation('packages');
  const format = useFormats();
  return (name, { grantsRevoked, secretsRemoved, tookMs, version }) =>
    [
      t('rollback.done', { name, version, time: format.duration(tookMs) }),
      grantsRevoked > 0 && t('rollback.grants', { count: grantsRevoked }),
      secretsRemoved.length > 0 && t('rollback.secrets', { names: format.list(secretsRemoved) }),
      grantsRevoked === 0 && secretsRemoved.length === 0 && t('rollback.nothingElse'),
    ]
      .filter((text) => text !== false)
      .join(' ');
}
