import { Minus, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import styles from './diff.module.css';

export interface Change {
  path: string;
  before?: string | undefined;
  after?: string | undefined;
}

/** What a tool was when it was approved, and what it is now, field by field. */
export function Diff({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation('catalog');
  return (
    <section className={styles['diff']} aria-label={t('diff.title')}>
      <h3>{t('diff.title')}</h3>
      <p>{t('diff.words')}</p>
      {changes.map(({ path, before, after }) => (
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
      ))}
    </section>
  );
}
