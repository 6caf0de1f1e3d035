import { Unlink } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReshareView } from '#shared/features/relay/resharing.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { useProviderNames } from '../../peers/index.ts';
import { useAccessQuery } from '../use-access.ts';

const TONES = { shared: 'ok', cut: 'bad', nothing: 'warn' } as const;

/** Servers of others that this node shares on; nothing where there are none. */
export function ResharesCard() {
  const { t } = useTranslation('sharing');
  const { data, fault, reload } = useAccessQuery((node, signal) => node['reshares.list']({}, { signal }));
  const [ending, setEnding] = useState<ReshareView>();
  if (fault) return <FaultNote fault={fault} />;
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t('on.list')} lead={t('on.listLead')}>
      <List label={t('on.list')}>
        {data.items.map((item) => (
          <ReshareRow key={item.name} item={item} onEnd={() => setEnding(item)} />
        ))}
      </List>
      <EndDialog item={ending} onClose={() => setEnding(undefined)} onDone={reload} />
    </Card>
  );
}

function ReshareRow({ item, onEnd }: { item: ReshareView; onEnd(): void }) {
  const { t } = useTranslation('sharing');
  const format = useFormats();
  const nameOf = useProviderNames();
  const parties = item.via.map(({ name, provider }) => nameOf(provider, name));
  const from = parties.length > 0 ? parties : [nameOf(item.provider, item.providerName)];
  return (
    <ListRow
      title={<bdi>{item.name}</bdi>}
      sub={t('on.row', { parties: format.list(from), count: item.tools.length })}
      states={<Badge tone={TONES[item.state]}>{t(`on.state.${item.state}`)}</Badge>}
      actions={
        <Button size="small" look="quiet" icon={Unlink} onPress={onEnd}>
          {t('on.end')}
        </Button>
      }
    />
  );
}

interface EndDialogProps {
  item: ReshareView | undefined;
  onClose(): void;
  onDone(): void;
}

function EndDialog({ item, onClose, onDone }: EndDialogProps) {
  const { t } = useTranslation('sharing');
  const node = useNode();
  return (
    <ConfirmDialog
      danger
      title={t('on.endTitle', { name: item?.name ?? '' })}
      isOpen={item !== undefined}
      onClose={onClose}
      confirmLabel={t('on.end')}
      onConfirm={async () => {
        await node['reshares.remove']({ name: item?.name ?? '' });
        onDone();
      }}
    >
      <p>{t('on.endWords')}</p>
    </ConfirmDialog>
  );
}
