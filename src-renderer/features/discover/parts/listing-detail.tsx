import { Plus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge, Tag } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { CodeBlock } from '../../../ui/copy.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { InstallListed } from '../../packages/index.ts';
import { AddListingDialog } from './add-listing-dialog.tsx';

export function ListingDetail({ name }: { name: string }) {
  const { t } = useTranslation('discover');
  const format = useFormats();
  const { data, fault } = useQuery((node, signal) => node['central.show']({ name }, { signal }), [name]);
  const [adding, setAdding] = useState(false);
  if (!data) return fault ? <FaultNote fault={fault} /> : <Loading label={t('opening')} />;
  return (
    <Stack>
      {data.status === 'deprecated' && <Note tone="warn">{t('deprecatedWords')}</Note>}
      {data.description && <p dir="auto">{data.description}</p>}
      <div>
        <Button look="primary" icon={Plus} onPress={() => setAdding(true)}>
          {t('add.open')}
        </Button>
      </div>
      <Suspense>
        <InstallListed serverJson={data.serverJson} />
      </Suspense>
      <Note>{t('unchecked')}</Note>
      <Facts
        items={[
          data.title !== undefined && { label: t('facts.title'), value: <bdi>{data.title}</bdi> },
          { label: t('facts.version'), value: <bdi>{data.version}</bdi> },
          data.updatedAt !== undefined && {
            label: t('facts.updated'),
            value: format.dateTime(data.updatedAt),
          },
          {
            label: t('facts.runs'),
            value: (
              <Inline>
                {data.kinds.length === 0 && <Badge tone="off">{t('kind.none')}</Badge>}
                {data.kinds.map((kind) => (
                  <Tag key={kind}>{t(`kind.${kind}`)}</Tag>
                ))}
              </Inline>
            ),
          },
          data.repository !== undefined && {
            label: t('facts.source'),
            value: <Outside url={data.repository} />,
          },
          data.website !== undefined && { label: t('facts.website'), value: <Outside url={data.website} /> },
        ]}
      />
      <CodeBlock label={t('serverJson')} text={JSON.stringify(JSON.parse(data.serverJson), null, 2)} />
      <AddListingDialog
        isOpen={adding}
        name={data.name}
        serverJson={data.serverJson}
        onClose={() => setAdding(false)}
      />
    </Stack>
  );
}

/** An address that a stranger wrote: shown whole, so that one sees where it leads. */
const Outside = ({ url }: { url: string }) => (
  <a href={url} target="_blank" rel="noopener noreferrer" dir="ltr">
    {url}
  </a>
);
