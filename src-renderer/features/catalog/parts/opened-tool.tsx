import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '../../../platform/use-query.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { labelOf } from '../rules.ts';
import { Diff } from './diff.tsx';
import { SchemaView } from './schema-view.tsx';
import { ToolActions } from './tool-actions.tsx';
import { ToolFacts } from './tool-facts.tsx';
import { TryTool } from './try-tool.tsx';
import { Versions } from './versions.tsx';

type Tab = 'about' | 'try' | 'schema' | 'versions';

export interface OpenedToolProps {
  /** `provider/server/tool`, or whatever else names one. */
  id: string;
  /** Grows when anything changed; the tool is read again. */
  revision: number | undefined;
  /** Tells what people call the tool, once that is known. */
  onNamed(name: string): void;
}

/** One tool: what can be decided about it, what it is, a place to try it, what it was. */
export function OpenedTool({ id, revision, onNamed }: OpenedToolProps) {
  const { t } = useTranslation('catalog');
  const [tab, setTab] = useState<Tab>('about');
  const { data, fault } = useQuery((node, signal) => node['tools.show']({ id }, { signal }), [id, revision]);
  const [detail, setDetail] = useState(data);
  if (data && data !== detail) setDetail(data);
  const name = detail && labelOf(detail);
  const tell = useEffectEvent(onNamed);
  useEffect(() => {
    if (name !== undefined) tell(name);
  }, [name]);
  if (!detail) return fault ? <FaultNote fault={fault} /> : <Loading label={t('readingTool')} />;
  return (
    <>
      <FaultNote fault={fault} />
      <ToolActions tool={detail} />
      {detail.diff && detail.diff.length > 0 && (
        <Diff
          title={detail.pin && !detail.pin.holds ? t('diff.titlePinned') : t('diff.title')}
          words={detail.pin && !detail.pin.holds ? t('diff.wordsPinned') : t('diff.words')}
          changes={detail.diff}
          breaking={detail.breaking ?? []}
        />
      )}
      <Tabs<Tab>
        label={t('tabs.label')}
        selected={tab}
        onSelect={setTab}
        items={[
          { id: 'about', label: t('tabs.about'), content: <ToolFacts tool={detail} /> },
          { id: 'try', label: t('tabs.try'), content: <TryTool tool={detail} /> },
          { id: 'schema', label: t('tabs.schema'), content: <SchemaView tool={detail.tool} /> },
          { id: 'versions', label: t('tabs.versions'), content: <Versions tool={detail} /> },
        ]}
      />
    </>
  );
}
