import { useTranslation } from 'react-i18next';
import type { PackageWarning } from '#shared/features/packages/views.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Id } from '../../../ui/id.tsx';
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

/** A tool, or another package with the beginning of its publisher's id. */
function Subject({ text }: { text: string }) {
  const [provider = '', name] = text.split('/');
  if (name === undefined) return <bdi className={styles['stranger']}>{text}</bdi>;
  return (
    <>
      <bdi className={styles['stranger']}>{name}</bdi> <Id value={provider} />
    </>
  );
}

/** What a publisher or a peer said; what only tells who keeps this machine is folded away. */
function Detail({ code, text }: { code: PackageWarning['code']; text: string }) {
  const { t } = useTranslation('packages');
  if (code !== 'old_sandbox')
    return (
      <p className={styles['soft']}>
        <bdi>{text}</bdi>
      </p>
    );
  return (
    <details className={styles['soft']}>
      <summary>{t('technical.title')}</summary>
      <code dir="ltr">{text}</code>
    </details>
  );
}

/** Each warning in a sentence with what it is about. */
export function WarningNotes({ warnings }: { warnings: readonly PackageWarning[] }) {
  const { t } = useTranslation('packages');
  return byWeight(warnings).map((warning) => {
    const { code, detail, subject } = warning;
    return (
      <Note key={`${code} ${subject ?? ''} ${detail ?? ''}`} tone={weightOf(warning)}>
        <p className={styles['strong']}>{t(`warning.${code}.name`)}</p>
        <p>{t(`warning.${code}.words`)}</p>
        {subject && (
          <p>
            {t('warning.about')} <Subject text={visible(subject)} />
          </p>
        )}
        {detail && <Detail code={code} text={visible(detail)} />}
      </Note>
    );
  });
}
