import { useTranslation } from 'react-i18next';
import type { PackageWarning } from '#shared/features/packages/views.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Note } from '../../../ui/note.tsx';
import styles from '../packages.module.css';
import { byWeight, visible, weightOf } from '../rules.ts';

/** Each warning in a word, the gravest first. */
export function WarningBadges({ warnings }: { warnings: readonly PackageWarning[] }) {
  const { t } = useTranslation('packages');
  return byWeight(warnings).map((warning) => (
    <Badge key={`${warning.code} ${warning.subject ?? ''}`} tone={weightOf(warning)}>
      {t(`warning.${warning.code}.name`)}
    </Badge>
  ));
}

/** Each warning in a sentence with what it is about. */
export function WarningNotes({ warnings }: { warnings: readonly PackageWarning[] }) {
  const { t } = useTranslation('packages');
  return byWeight(warnings).map((warning) => {
    const { code, detail, subject } = warning;
    return (
      <Note
        key={`${code} ${subject ?? ''} ${detail ?? ''}`}
        tone={weightOf(warning) === 'info' ? 'info' : 'warn'}
      >
        <p className={styles['strong']}>{t(`warning.${code}.name`)}</p>
        <p>{t(`warning.${code}.words`)}</p>
        {subject && (
          <p>
            {t('warning.about')} <bdi className={styles['stranger']}>{visible(subject)}</bdi>
          </p>
        )}
        {detail && (
          <p dir="auto" className={styles['soft']}>
            {visible(detail)}
          </p>
        )}
      </Note>
    );
  });
}
