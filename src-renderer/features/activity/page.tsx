import { Pause, Play } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useNodeLink } from '../../platform/node-link.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Split } from '../../ui/split.tsx';
import { activityPath, everyCall, type Filter, isFiltered, isView, readView } from './address.ts';
import { CallTable } from './parts/call-table.tsx';
import { ExportMenu } from './parts/export-menu.tsx';
import { Filters } from './parts/filters.tsx';
import { OpenedCall } from './parts/opened-call.tsx';
import { type Calls, useCalls } from './use-calls.ts';

/** The address follows the hands once they rest. */
const SETTLED_MS = 300;

export interface ActivityPageProps {
  /** `+outcome=error&…` as it stands in the address, or the id of a call. */
  view?: string | undefined;
  /** Id of the open call, where a view comes before it. */
  call?: string | undefined;
}

export function ActivityPage({ view, call }: ActivityPageProps) {
  const { t } = useTranslation('activity');
  const openId = isView(view) || view === undefined ? call : view;
  const [filter, setFilter] = useFilter(isView(view) ? view : undefined, openId);
  const [paused, setPaused] = useState(false);
  const [, go] = useLocation();
  const calls = useCalls(filter, paused);
  const open = (id: string | undefined) => go(activityPath(filter, id));
  return (
    <Page
      fill
      title={t('title')}
      lead={t('lead')}
      actions={
        <>
          <Button icon={paused ? Play : Pause} onPress={() => setPaused(!paused)}>
            {paused ? t('live.resume') : t('live.pause')}
          </Button>
          <ExportMenu filter={filter} />
        </>
      }
    >
      <Filters filter={filter} onChange={setFilter} calls={calls.items ?? []} />
      <p role="status" className={paused ? undefined : 'visually-hidden'}>
        {calls.waiting > 0 ? t('live.waiting', { count: calls.waiting }) : paused ? t('live.paused') : ''}
      </p>
      <Found calls={calls} filter={filter} onFilter={setFilter} openId={openId} onOpen={open} />
    </Page>
  );
}

interface FoundProps {
  calls: Calls;
  filter: Filter;
  onFilter(filter: Filter): void;
  openId: string | undefined;
  onOpen(id: string | undefined): void;
}

function Found({ calls: { fault, items, more }, filter, onFilter, openId, onOpen }: FoundProps) {
  const { t } = useTranslation('activity');
  if (!items) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  const empty = isFiltered(filter) ? (
    <EmptyState
      picture="search"
      title={t('none.title')}
      action={<Button onPress={() => onFilter(everyCall)}>{t('filter.clear')}</Button>}
    />
  ) : (
    <EmptyState picture="calls" title={t('empty.title')}>
      {t('empty.words')}
    </EmptyState>
  );
  const opened = items.find(({ id }) => id === openId);
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      <Split
        list={<CallTable items={items} openId={openId} onOpen={onOpen} onMore={more} empty={empty} />}
        detail={
          openId === undefined
            ? undefined
            : {
                id: openId,
                title: opened ? <bdi>{opened.tool ?? opened.method}</bdi> : t('detail.title'),
                content: <OpenedCall key={openId} id={openId} />,
              }
        }
        onClose={() => onOpen(undefined)}
      />
    </>
  );
}

/** The filter of the address, and what the hands have made of it since; the address follows after a moment. */
function useFilter(view: string | undefined, openId: string | undefined) {
  const [, go] = useLocation();
  const { clock } = useNodeLink();
  const [state, setState] = useState(() => ({ view, filter: readView(view), written: true }));
  // Whoever came by another address sees what that one says.
  const now = state.view === view ? state : { view, filter: readView(view), written: true };
  if (now !== state) setState(now);
  const { filter, written } = now;
  const write = useEffectEvent(() => {
    const path = activityPath(filter, openId);
    const part = path.split('/')[2];
    setState({ view: isView(part) ? part : undefined, filter, written: true });
    go(path, { replace: true });
  });
  useEffect(() => {
    if (written) return;
    const timer = clock.after(SETTLED_MS, write);
    return () => timer.cancel();
  }, [filter, written, clock]);
  const setFilter = (next: Filter) => setState({ view, filter: next, written: false });
  return [filter, setFilter] as const;
}
