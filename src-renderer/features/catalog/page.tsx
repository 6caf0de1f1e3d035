import { Compass, ListChecks } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { decoded } from '../../platform/decoded.ts';
import { useNodeLink } from '../../platform/node-link.ts';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Split } from '../../ui/split.tsx';
import type { Selected } from '../../ui/table.tsx';
import { catalogPath, compact, everything, isView, readView, type Shown, stemOf } from './address.ts';
import { BudgetStrip } from './budget/budget-strip.tsx';
import { BulkBar } from './parts/bulk-bar.tsx';
import { type FilterPart, Filters } from './parts/filters.tsx';
import { RuleHint } from './parts/rule-hint.tsx';
import { Tools } from './parts/tools.tsx';
import { useToolCounts } from './store.ts';
import { useDetail } from './use-detail.tsx';
import { useTools } from './use-tools.ts';
import type { RuleStart } from './parts/rules-dialog.tsx';

/** Most people never open it. */
const RulesDialog = lazy(async () => ({ default: (await import('./parts/rules-dialog.tsx')).RulesDialog }));

/** The address follows the hands once they rest. */
const SETTLED_MS = 300;
const nothing: ReadonlySet<string> = new Set();

export interface CatalogPageProps {
  /** `+state=pending&…` as it stands in the address, or the id of a tool. */
  view?: string | undefined;
  /** Id of the open tool, where a view comes before it. */
  tool?: string | undefined;
}

export function CatalogPage({ view, tool }: CatalogPageProps) {
  const { t } = useTranslation('catalog');
  const toolId = isView(view) || view === undefined ? tool : decoded(view);
  const openId = toolId === undefined ? undefined : stemOf(toolId);
  const { shown, setShown, open } = useShown(isView(view) ? view : undefined, openId);
  const [, go] = useLocation();
  const [selected, setSelected] = useState<Selected>(nothing);
  const [ruling, setRuling] = useState<RuleStart>();
  const revision = useToolCounts()?.revision;
  const { tools, fault, more } = useTools(shown, revision);
  const detail = useDetail(openId, revision);
  const change = useCallback(
    (part: Partial<Shown>) => {
      setSelected(nothing);
      setShown((now) => ({ ...now, ...part }));
    },
    [setShown],
  );
  const filterBy = useCallback(
    (part: FilterPart) => {
      setSelected(nothing);
      setShown((now) => ({ ...now, filter: compact({ ...now.filter, ...part }) }));
    },
    [setShown],
  );
  return (
    <Page
      fill
      title={t('title')}
      lead={t('lead')}
      actions={
        <>
          <Button icon={Compass} onPress={() => go('/discover')}>
            {t('discover')}
          </Button>
          <Button icon={ListChecks} onPress={() => setRuling({})}>
            {t('rules.open')}
          </Button>
        </>
      }
    >
      {tools ? (
        <>
          <BudgetStrip />
          <Filters
            filter={shown.filter}
            onChange={filterBy}
            onClear={() => change({ filter: { ...everything.filter, scope: shown.filter.scope } })}
            counts={tools.counts}
            understood={tools.understood}
          />
          {shown.filter.state === 'pending' && (
            <RuleHint filter={shown.filter} counts={tools.counts} onRule={setRuling} />
          )}
          <FaultNote fault={fault} />
          <Split
            list={
              <>
                <BulkBar selected={selected} onDone={() => setSelected(nothing)} tools={tools} />
                <Tools
                  tools={tools}
                  more={more}
                  onChange={change}
                  openId={openId}
                  onOpen={open}
                  selected={selected}
                  onSelect={setSelected}
                />
              </>
            }
            detail={detail}
            onClose={() => open(undefined)}
          />
        </>
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
      {ruling && (
        <Suspense>
          <RulesDialog start={ruling} onClose={() => setRuling(undefined)} />
        </Suspense>
      )}
    </Page>
  );
}

interface ShownState {
  /** The view of the address that this belongs to. */
  view: string | undefined;
  shown: Shown;
  /** Whether the address says so already. */
  written: boolean;
}

/** The view of the address, and what the hands have made of it since; the address follows after a moment. */
function useShown(view: string | undefined, openId: string | undefined) {
  const [, go] = useLocation();
  const { clock } = useNodeLink();
  const [state, setState] = useState<ShownState>(() => ({ view, shown: readView(view), written: true }));
  // Whoever came by another address sees what that one says.
  const now = state.view === view ? state : { view, shown: readView(view), written: true };
  if (now !== state) setState(now);
  const { shown, written } = now;
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  }, [shown]);
  const visit = useCallback(
    (tool: string | undefined, replace: boolean) => {
      const path = catalogPath(latest.current, tool);
      setState({ view: viewIn(path), shown: latest.current, written: true });
      go(path, { replace });
    },
    [go],
  );
  const write = useEffectEvent(() => visit(openId, true));
  useEffect(() => {
    if (written) return;
    const timer = clock.after(SETTLED_MS, write);
    return () => timer.cancel();
  }, [shown, written, clock]);
  const setShown = useCallback(
    (next: (now: Shown) => Shown) =>
      setState((before) => ({ ...before, shown: next(before.shown), written: false })),
    [],
  );
  // What was just chosen belongs to the place that is left: the way back must lead to it.
  const owed = useRef<() => void>(undefined);
  useEffect(() => {
    owed.current = written ? undefined : () => visit(openId, true);
  }, [written, openId, visit]);
  const open = useCallback(
    (tool: string | undefined) => {
      owed.current?.();
      visit(tool, false);
    },
    [visit],
  );
  return { shown, setShown, open };
}

/** The view that an address of this page begins with. */
function viewIn(path: string): string | undefined {
  const [, , first] = path.split('/');
  return isView(first) ? first : undefined;
}
