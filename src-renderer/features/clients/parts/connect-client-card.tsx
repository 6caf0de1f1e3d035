import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '../../../platform/use-query.ts';
import { CodeBlock, CopyField } from '../../../ui/copy.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { type ClientConnection, httpSnippet, shellLine, stdioSnippet } from '../snippets.ts';

/** How an AI client reaches the composite catalog: over HTTP or through the stdio bridge, each ready to copy. */
export function ConnectClientCard({ title }: { title?: string }) {
  const { t } = useTranslation('clients');
  const { data, fault } = useQuery((node, signal) => node['clients.connection']({}, { signal }), []);
  const [way, setWay] = useState<'stdio' | 'http'>('stdio');
  return (
    <Card title={title ?? t('title')} lead={t('lead')}>
      {data ? (
        <Tabs<'stdio' | 'http'>
          label={t('ways')}
          selected={way}
          onSelect={setWay}
          items={[
            { id: 'stdio', label: t('stdio.tab'), content: <Stdio connection={data} /> },
            { id: 'http', label: t('http.tab'), content: <Http connection={data} /> },
          ]}
        />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
    </Card>
  );
}

function Stdio({ connection }: { connection: ClientConnection }) {
  const { t } = useTranslation('clients');
  return (
    <Stack>
      <p>{t('stdio.words')}</p>
      <CopyField label={t('stdio.command')} value={shellLine(connection)} />
      <CodeBlock label={t('snippet')} text={stdioSnippet(connection)} />
    </Stack>
  );
}

function Http({ connection }: { connection: ClientConnection }) {
  const { t } = useTranslation('clients');
  return (
    <Stack>
      <p>{t('http.words')}</p>
      <CopyField label={t('http.url')} value={connection.url} />
      <CopyField label={t('http.token')} value={connection.token} secret />
      <CodeBlock label={t('snippet')} text={httpSnippet(connection.url)} />
    </Stack>
  );
}
