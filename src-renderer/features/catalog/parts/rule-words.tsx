import { useTranslation } from 'react-i18next';
import type { RuleDraft } from '#shared/features/registry/approval-rules.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import styles from './rules-dialog.module.css';

const tones: Record<RuleDraft['action'], Tone> = { approve: 'ok', ask: 'waiting', reject: 'off' };

/** A rule as a sentence: what it does, and to which tools. */
export function RuleWords({ rule, providerName }: { rule: RuleDraft; providerName?: string | undefined }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const { action, claims, coversChanges, provider, server, tags } = rule;
  const parts = [
    provider ? t('rules.of', { name: providerName ?? `${provider.slice(0, 12)}…` }) : t('rules.ofAnybody'),
    ...(server ? [t('rules.server', { server })] : []),
    ...claims.map((claim) => t(`rules.claim.${claim}`)),
    ...(tags.length > 0 ? [t('rules.tags', { tags: format.list(tags) })] : []),
  ];
  return (
    <span className={styles['sentence']}>
      <Badge tone={tones[action]}>{t(`rules.action.${action}`)}</Badge>
      <span>{parts.join(' · ')}</span>
      {coversChanges && <Badge tone="warn">{t('rules.coversChanges')}</Badge>}
    </span>
  );
}
