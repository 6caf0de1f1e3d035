import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import type { SortDescriptor } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { useQuery } from '../../platform/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Split } from '../../ui/split.tsx';
import { Filters } from './parts/filters.tsx';
import { ToolDetailPanel } from './parts/tool-detail.tsx';
import { ToolTable } from './parts/tool-table.tsx';
import {
  countByScope,
  type Filter,
  filterTools,
  labelOf,
  type SortKey,
  sortTools,
  type StateFilter,
} from './rules.ts';
import { useToolCounts } from './store.ts';

const EVERYTHING: Filter = { scope: 'all', state: 'any', search: '' };

/** `/catalog/+pending` and its like open with that filter; no tool's id starts with a plus. */
const presets: Record<string, StateFilter> = {
  '+pending': 'pending',
  '+approved': 'approved',
  '+changed': 'changed',
};

export function CatalogPage({ id }: { id?: string | undefined }) {
  const { t } = useTranslation('catalog');
  const [, go] = useLocation();
  const revision = useToolCounts()?.revision;
  const { data, fault, loading } = useQuery(
    (node, signal) => node['tools.list']({ scope: 'all' }, { signal }),
    ['tools', revision],
  );
  const [tools, setTools] = useState<ToolView[]>();
  useEffect(() => {
    if (data) setTools(data.items);
  }, [data]);
  const [filter, setFilter] = useFilter(id);
  const opened = useOpened(tools, id);
  const open = (toolId: string | undefined) =>
    go(toolId ? `/catalog/${encodeURIComponent(toolId)}` : '/catalog');
  return (
    <Page fill title={t('title')} lead={t('lead')}>
      {tools ? (
        <>
          <Filters filter={filter} onChange={setFilter} counts={countByScope(tools)} />
          <Split
            list={
              <Tools tools={tools} filter={filter} onFilter={setFilter} openId={opened?.id} onOpen={open} />
            }
            detail={
              opened && {
                id: opened.id,
                title: <bdi>{labelOf(opened)}</bdi>,
                content: <ToolDetailPanel key={opened.id} tool={opened} revision={revision} onMoved={open} />,
              }
            }
            onClose={() => open(undefined)}
          />
        </>
      ) : fault && !loading ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
    </Page>
  );
}

function useFilter(id: string | undefined): [Filter, (part: Partial<Filter>) => void] {
  const preset = id === undefined ? undefined : presets[id];
  const [filter, setFilter] = useState<Filter>({ ...EVERYTHING, state: preset ?? 'any' });
  useEffect(() => {
    if (preset) setFilter({ ...EVERYTHING, state: preset });
  }, [preset]);
  return [filter, (part) => setFilter((now) => ({ ...now, ...part }))];
}

/** The tool an address names; also after its version or fingerprint moved on. */
function useOpened(tools: readonly ToolView[] | undefined, id: string | undefined): ToolView | undefined {
  return useMemo(() => {
    if (!tools || id === undefined) return undefined;
    const stem = stemOf(id);
    return tools.find((tool) => tool.id === id) ?? tools.find((tool) => stemOf(tool.id) === stem);
  }, [tools, id]);
}

const stemOf = (id: string): string => id.split(/[@#]/, 1)[0] ?? id;

interface ToolsProps {
  tools: ToolView[];
  filter: Filter;
  onFilter(part: Partial<Filter>): void;
  openId: string | undefined;
  onOpen(id: string): void;
}

function Tools({ tools, filter, onFilter, openId, onOpen }: ToolsProps) {
  const { t } = useTranslation('catalog');
  const [sort, setSort] = useState<SortDescriptor>({ column: 'tool', direction: 'ascending' });
  // Typing comes first: thousands of rows are laid out anew when the hands rest.
  const wanted = useDeferredValue(filter);
  const shown = useMemo(
    () => sortTools(filterTools(tools, wanted), sort.column as SortKey, sort.direction === 'descending'),
    [tools, wanted, sort],
  );
  const empty =
    tools.length === 0 ? (
      <EmptyState picture="tools" title={t('empty.title')}>
        {t('empty.words')}
      </EmptyState>
    ) : (
      <EmptyState
        picture="search"
        title={t('nothing.title')}
        action={<Button onPress={() => onFilter(EVERYTHING)}>{t('nothing.all')}</Button>}
      />
    );
  return (
    <ToolTable tools={shown} sort={sort} onSort={setSort} openId={openId} onOpen={onOpen} empty={empty} />
  );
}
