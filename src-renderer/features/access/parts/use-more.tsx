import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';

/** Rows that are drawn at first, and added with each press. */
const ROWS_AT_ONCE = 50;

/** The beginning of a long list, and the button that shows more of it. */
export function useMore<Item>(items: readonly Item[]): { shown: readonly Item[]; more: ReactNode } {
  const { t } = useTranslation('access');
  const [count, setCount] = useState(ROWS_AT_ONCE);
  const rest = items.length - count;
  return {
    shown: items.slice(0, count),
    more: rest > 0 && (
      <Button size="small" onPress={() => setCount(count + ROWS_AT_ONCE)}>
        {t('more', { count: rest })}
      </Button>
    ),
  };
}
