import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ToolSort } from '#shared/features/registry/query.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import type { Selected } from '../../../ui/table.tsx';
import { everything, type Shown } from '../address.ts';
import { MOST_ROWS, type Tools as ToolRows } from '../use-tools.ts';
import { ToolTable } from './tool-table.tsx';
import styles from './tools.module.css';

export interface ToolsProps {
  tools: ToolRows;
  more: (() => void) | undefined;
  onChange(part: Partial<Shown>): void;
  openId: string | undefined;
  onOpen(id: string): void;
  selected: Selected;
  onSelect(selected: Selected): void;
}

const none: readonly string[] = [];

/** The list of tools, how many fit, and words where none does. Drawn anew when an answer comes, not while one types. */
export const Tools = memo(function Tools({ tools, more, onChange, ...rest }: ToolsProps) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const { all, items, shown, total } = tools;
  const empty =
    all === 0 ? (
      <EmptyState picture="tools" title={t('empty.title')}>
        {t('empty.words')}
      </EmptyState>
    ) : (
      <EmptyState
        picture="search"
        title={t('nothing.title')}
        action={<Button onPress={() => onChange(everything)}>{t('nothing.all')}</Button>}
      />
    );
  return (
    <>
      <p className={styles['total']} role="status">
        {t('total', { count: total, of: format.number(all) })}
        {items.length >= MOST_ROWS && total > items.length && <> {t('tooMany', { count: MOST_ROWS })}</>}
      </p>
      <ToolTable
        {...rest}
        tools={items}
        marks={tools.understood?.marks ?? none}
        sort={{
          column: shown.sort ?? (shown.filter.text === '' ? 'tool' : 'relevance'),
          direction: shown.descending ? 'descending' : 'ascending',
        }}
        onSort={({ column, direction }) =>
          onChange({ sort: column as ToolSort, descending: direction === 'descending' })
        }
        onMore={more}
        empty={empty}
      />
    </>
  );
});
