import { Ban, Check, Download, Wrench } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Equivocation } from '#shared/features/node/equivocations.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { saveFile } from '../../../platform/save-file.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card, Inline } from '../../../ui/page.tsx';
import { useAttention } from '../../node/index.ts';

/** Providers that were caught signing two things under one number; nothing where there is none. */
export function Contradictions() {
  const { t } = useTranslation(['network', 'peers']);
  const node = useNode();
  const [blocking, setBlocking] = useState<Equivocation>();
  const waiting = useAttention()?.filter(({ kind }) => kind === 'provider.equivocated').length ?? 0;
  const { data, fault, reload } = useQuery(
    (link, signal) => link['providers.equivocations']({}, { signal }),
    [waiting],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t('twice.title')} lead={t('twice.lead')}>
      <List label={t('twice.title')}>
        {data.items.map((item) => (
          <Contradiction
            key={`${item.peerId}/${item.subject}/${item.seq}`}
            item={item}
            onSeen={reload}
            onBlock={() => setBlocking(item)}
          />
        ))}
      </List>
      <ConfirmDialog
        danger
        title={t('peers:block.title', { name: blocking ? nameOf(blocking) : '' })}
        isOpen={blocking !== undefined}
        onClose={() => setBlocking(undefined)}
        confirmLabel={t('peers:block.confirm')}
        onConfirm={async () => {
          if (blocking) await node['peers.block']({ id: blocking.providerId });
          reload();
        }}
      >
        <p>{t('peers:block.words')}</p>
      </ConfirmDialog>
    </Card>
  );
}

const nameOf = ({ providerId, providerName }: Equivocation): string =>
  providerName || `${providerId.slice(0, 12)}…`;

interface ContradictionProps {
  item: Equivocation;
  onSeen(): void;
  onBlock(): void;
}

function Contradiction({ item, onSeen, onBlock }: ContradictionProps) {
  const { t } = useTranslation(['network', 'peers']);
  const node = useNode();
  const format = useFormats();
  const [, go] = useLocation();
  const { foundAt, providerId, seen, seq, subject } = item;
  const see = useCommand(async (signal) => {
    await node['providers.acknowledge']({ providerId }, { signal });
    onSeen();
  });
  const save = () =>
    saveFile(
      new Blob([JSON.stringify(item, undefined, 2)], { type: 'application/json' }),
      `equivocation-${providerId.slice(-8)}-${subject}-${seq}.json`,
    );
  return (
    <ListRow
      title={<bdi>{nameOf(item)}</bdi>}
      sub={
        <>
          {t('twice.what', { server: subject, seq: format.number(seq), date: format.dateTime(foundAt) })}
          <FaultNote fault={see.fault} />
        </>
      }
      states={seen && <Badge tone="idle">{t('twice.seen')}</Badge>}
      actions={
        <Inline>
          <Button size="small" icon={Download} onPress={save}>
            {t('twice.save')}
          </Button>
          <Button
            size="small"
            icon={Wrench}
            onPress={() => go(`/catalog/+${new URLSearchParams({ provider: providerId }).toString()}`)}
          >
            {t('twice.tools')}
          </Button>
          {!seen && (
            <Button size="small" icon={Check} command={see} onPress={() => void see.run()}>
              {t('twice.see')}
            </Button>
          )}
          <Button size="small" icon={Ban} onPress={onBlock}>
            {t('peers:block.open')}
          </Button>
        </Inline>
      }
    />
  );
}
