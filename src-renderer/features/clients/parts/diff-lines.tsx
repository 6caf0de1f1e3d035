import { useTranslation } from 'react-i18next';
import type { DiffLine } from '#shared/features/clients/files.ts';
import { classes } from '../../../ui/classes.ts';
import styles from './diff-lines.module.css';

const signs = { same: ' ', add: '+', remove: '−', gap: '⋮' } as const;

/** A change of a file, line by line; a sign tells added from removed, not the colour alone. */
export function DiffLines({ lines }: { lines: readonly DiffLine[] }) {
  const { t } = useTranslation('clients');
  return (
    <ol className={styles['lines']} dir="ltr" aria-label={t('diff.label')} tabIndex={0}>
      {lines.map((line, at) => (
        // Lines have no identity of their own, and the list is never edited.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={at} className={classes(styles['line'], styles[line.kind])}>
          <span aria-hidden className={styles['number']}>
            {line.line}
          </span>
          <span aria-hidden>{signs[line.kind]}</span>
          <span>
            {(line.kind === 'add' || line.kind === 'remove') && (
              <span className="visually-hidden">{t(`diff.${line.kind}`)} </span>
            )}
            {line.kind === 'gap' ? <span className="visually-hidden">{t('diff.gap')}</span> : line.text}
          </span>
        </li>
      ))}
    </ol>
  );
}
