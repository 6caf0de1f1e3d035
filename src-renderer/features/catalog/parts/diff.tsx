import { Minus, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import styles from './diff.module.css';

export interface Change {
  path: string;
  before?: string | undefined;
  after?: string | undefined;
}

export interface DiffProps {
  title: string;
  words: string;
  changes: readonly Change[];
  /** Paths of what breaks callers. */
  breaking: readonly string[];
}

/** What a tool was and what it is now, field by field, and whether that breaks those who call it. */
export function Diff({ title, words, changes, breaking }: DiffProps) {
  const { t } = useTranslation('catalog');
  return (
    <section className={styles['diff']} aria-label={title}>
      <h3>{title}</h3>
      <p>{words}</p>
      {changes.length > 0 && (
        <p>{breaking.length > 0 ? t('diff.breaking', { count: breaking.length }) : t('diff.compatible')}</p>
      )}
      <ChangeLines changes={changes} />
    </section>
  );
}

/** Each change with what was and what is. */
export function ChangeLines({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation('catalog');
  return changes.map(({ path, before, after }) => (
    <div key={path} className={styles['change']}>
      <code dir="ltr">{path}</code>
      {before !== undefined && (
        <del>
          <Minus aria-hidden size="0.875rem" />
          <span className="visually-hidden">{t('diff.before')}</span>
          <span dir="auto">{before}</span>
        </del>
      )}
      {after !== undefined && (
        <ins>
          <Plus aria-hidden size="0.875rem" />
          <span className="visually-hidden">{t('diff.after')}</span>
          <span dir="auto">{after}</span>
        </ins>
      )}
    </div>
  ));
}
