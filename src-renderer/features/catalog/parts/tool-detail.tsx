import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { CodeBlock } from '../../../ui/copy.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { Diff } from './diff.tsx';
import { ToolActions } from './tool-actions.tsx';
import { ToolFacts } from './tool-facts.tsx';
import { TryTool } from './try-tool.tsx';

type Tab = 'about' | 'try' | 'schema';

export interface ToolDetailPanelProps {
  tool: ToolView;
  /** Grows when anything changed; the details are read again. */
  revision: number | undefined;
  /** The tool has another id now (its fingerprint was approved anew). */
  onMoved(id: string): void;
}

export function ToolDetailPanel({ tool, revision, onMoved }: ToolDetailPanelProps) {
  const { t } = useTranslation('catalog');
  const [tab, setTab] = useState<Tab>('about');
  const { data, fault } = useQuery(
    (node, signal) => node['tools.show']({ id: tool.id }, { signal }),
    [tool.id, revision],
  );
  const [detail, setDetail] = useState(data);
  if (data && data !== detail) setDetail(data);
  if (!detail) return fault ? <FaultNote fault={fault} /> : <Loading label={t('readingTool')} />;
  return (
    <>
      <ToolActions tool={detail} onMoved={onMoved} />
      {detail.diff && detail.diff.length > 0 && <Diff changes={detail.diff} />}
      <Tabs<Tab>
        label={t('tabs.label')}
        selected={tab}
        onSelect={setTab}
        items={[
          { id: 'about', label: t('tabs.about'), content: <ToolFacts tool={detail} /> },
          { id: 'try', label: t('tabs.try'), content: <TryTool tool={detail} /> },
          {
            id: 'schema',
            label: t('tabs.schema'),
            content: (
              <Stack>
                <CodeBlock label={t('inputSchema')} text={JSON.stringify(detail.tool.inputSchema, null, 2)} />
                {detail.tool.outputSchema && (
                  <CodeBlock
                    label={t('outputSchema')}
                    text={JSON.stringify(detail.tool.outputSchema, null, 2)}
                  />
                )}
              </Stack>
            ),
          },
        ]}
      />
    </>
  );
}
