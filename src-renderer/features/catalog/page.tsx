import { ListChecks } from 'lucide-react';
import { lazy, Suspense, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { ToolFilter } from '#shared/features/registry/query.ts';
import { useNodeLink } from '../../platform/node-link.ts';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Split } from '../../ui/split.tsx';
import type { Selected } from '../../ui/table.tsx';
import { catalogPath, isView, readView, type Shown, stemOf } from './address.ts';
import { BulkBar } from './parts/bulk-bar.tsx';
import { Filters } from './parts/filters.tsx';
import { OpenedTool } from './parts/opened-tool.tsx';
import { RuleHint } from './parts/rule-hint.tsx';
import { Tools } from './parts/tools.tsx';
import { useToolCounts } from './store.ts';
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
  const toolId = isView(view) || view === undefined ? tool : decodeURIComponent(view);
  const openId = toolId === undefined ? undefined : stemOf(toolId);
  const { shown, setShown, open } = useShown(isView(view) ? view : undefined, openId);
  const [selected, setSelected] = useState<Selected>(nothing);
  const [ruling, setRuling] = useState<RuleStart>();
  const revision = useToolCounts()?.revision;
  const { tools, fault, more } = useTools(shown, revision);
  const change = (part: Partial<Shown>) => {
    setSelected(nothing);
    setShown({ ...shown, ...part });
  };
  return (
    <Page
      fill
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button icon={ListChecks} onPress={() => setRuling({})}>
          {t('rules.open')}
        </Button>
      }
    >
      {tools ? (
        <>
          <Filters
            filter={shown.filter}
            onChange={(filter: ToolFilter) => change({ filter })}
            counts={tools.counts}
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
            detail={useDetail(openId, revision)}
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

function useDetail(openId: string | undefined, revision: number | undefined) {
  const [title, setTitle] = useState<{ of: string; text: string }>();
  return useMemo(
    () =>
      openId === undefined
        ? undefined
        : {
            id: openId,
            title: <bdi>{title?.of === openId ? title.text : (openId.split('/').at(-1) ?? openId)}</bdi>,
            content: (
              <OpenedTool
                key={openId}
                id={openId}
                revision={revision}
                onNamed={(text) => setTitle({ of: openId, text })}
              />
            ),
          },
    [openId, revision, title],
  );
}

/** The view of the address, and what the hands have made of it since; the address follows after a moment. */
function useShown(view: string | undefined, openId: string | undefined) {
  const [, go] = useLocation();
  const { clock } = useNodeLink();
  const [state, setState] = useState(() => ({ view, shown: readView(view), written: true }));
  // Whoever came by another address sees what that one says.
  const now = state.view === view ? state : { view, shown: readView(view), written: true };
  if (now !== state) setState(now);
  const { shown, written } = now;
  const write = useEffectEvent(() => {
    const path = catalogPath(shown, openId);
    setState({ view: viewIn(path), shown, written: true });
    go(path, { replace: true });
  });
  useEffect(() => {
    if (written) return;
    const timer = clock.after(SETTLED_MS, write);
    return () => timer.cancel();
  }, [shown, written, clock]);
  return {
    shown,
    setShown: (next: Shown) => setState({ view, shown: next, written: false }),
    open: (tool: string | undefined) => {
      const path = catalogPath(shown, tool);
      setState({ view: viewIn(path), shown, written: true });
      go(path);
    },
  };
}

/** The view that an address of this page begins with. */
function viewIn(path: string): string | undefined {
  const [, , first] = path.split('/');
  return isView(first) ? first : undefined;
}
