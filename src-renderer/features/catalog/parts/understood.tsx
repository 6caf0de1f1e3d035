import { Info, X } from 'lucide-react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Understood as Reading } from '#shared/features/registry/search-view.ts';
import type { approvalStates } from '#shared/features/registry/query.ts';
import styles from './understood.module.css';

export interface UnderstoodProps {
  reading: Reading;
  text: string;
  onChange(text: string): void;
}

/** How the node read the search: filters to take away again, and notes on what it could not use. */
export function Understood({ reading: { filters, notes }, text, onChange }: UnderstoodProps) {
  const { t } = useTranslation('catalog');
  const wordsOf = useFilterWords();
  if (filters.length + notes.length === 0) return null;
  return (
    <div className={styles['understood']}>
      {filters.length > 0 && (
        <ul className={styles['chips']} aria-label={t('find.understood')}>
          {filters.map((filter) => (
            <li key={filter.source} className={styles['chip']}>
              <bdi>{wordsOf(filter)}</bdi>
              <Button
                className={styles['remove'] ?? ''}
                aria-label={t('find.remove', { filter: wordsOf(filter) })}
                onPress={() => onChange(without(text, filter.source))}
              >
                <X aria-hidden size="0.875rem" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      {notes.length > 0 && (
        <div role="status">
          <ul className={styles['notes']}>
            {notes.map(({ code, part = '', value = '' }) => (
              <li key={`${code} ${part}`}>
                <Info aria-hidden size="0.875rem" />
                {t(`find.note.${code}`, { part, value })}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

const without = (text: string, source: string): string =>
  text.replace(source, ' ').replace(/\s+/g, ' ').trim();

function useFilterWords() {
  const { t } = useTranslation('catalog');
  return ({ name, not, operator, value }: Reading['filters'][number]): string => {
    const positive = () => {
      switch (name) {
        case 'readonly':
        case 'destructive':
          return t(`find.filter.${name}_${value === 'yes' ? 'yes' : 'no'}`);
        case 'state':
          return t('find.filter.state', { value: t(`state.${value as (typeof approvalStates)[number]}`) });
        case 'version':
          return t('find.filter.version', { value: operator === ':' ? value : `${operator} ${value}` });
        // A note tells of it instead.
        case 'price':
          return `${operator} ${value}`;
        default:
          return t(`find.filter.${name}`, { value });
      }
    };
    return not ? t('find.not', { filter: positive() }) : positive();
  };
}
