import { Archive, CircleCheck, Link2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PackageDetails } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { ConfirmDialog, Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Card } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';

type PublishedItem = PackageDetails & { sentBytes: number };
type Version = PackageDetails['versions'][number];

const MAX_REASON = 300;

/** One package of ours: its versions, and what others took of it. */
export function PublishedCard({ item, onChanged }: { item: PublishedItem; onChanged(): void }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  /** `all`: the package as a whole. */
  const [withdrawing, setWithdrawing] = useState<Version | 'all'>();
  return (
    <Card
      title={item.title}
      lead={t('published.sent', { amount: format.bytes(item.sentBytes) })}
      actions={
        item.state === 'ended' ? (
          <Badge tone="off">{t('state.ended')}</Badge>
        ) : (
          <Button icon={Archive} onPress={() => setWithdrawing('all')}>
            {t('withdraw.all')}
          </Button>
        )
      }
    >
      <List label={t('versions.of', { name: item.title })}>
        {item.versions.map((version) => (
          <VersionRow
            key={version.version}
            name={item.name}
            version={version}
            onChanged={onChanged}
            onWithdraw={() => setWithdrawing(version)}
          />
        ))}
      </List>
      <WithdrawDialog
        item={item}
        what={withdrawing}
        onDone={onChanged}
        onClose={() => setWithdrawing(undefined)}
      />
    </Card>
  );
}

interface VersionRowProps {
  name: string;
  version: Version;
  onChanged(): void;
  onWithdraw(): void;
}

function VersionRow({ name, onChanged, onWithdraw, version }: VersionRowProps) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { clock } = useNodeLink();
  const node = useNode();
  const toasts = useToasts();
  const [link, setLink] = useState<string>();
  const showLink = useCommand(
    async (signal) => {
      const answer = await node['packages.link']({ release: version.release }, { signal });
      setLink(answer.link);
    },
    { call: 'packages.link' },
  );
  const toStable = useCommand(async (signal) => {
    const wanted = { name, version: version.version, channel: 'stable' as const };
    await node['packages.setChannel'](wanted, { signal });
    toasts.say(t('channel.moved', { version: version.version }));
    onChanged();
  });
  const isOffered = version.withdrawn === undefined;
  const actions = [
    { id: 'link', label: t('link.get'), icon: Link2, run: () => void showLink.run() },
    ...(isOffered && version.channel === 'beta'
      ? [{ id: 'stable', label: t('channel.toStable'), icon: CircleCheck, run: () => void toStable.run() }]
      : []),
    ...(isOffered
      ? [{ id: 'withdraw', label: t('withdraw.open'), icon: Archive, danger: true, run: onWithdraw }]
      : []),
  ];
  return (
    <ListRow
      title={<bdi>{version.version}</bdi>}
      sub={
        <>
          {t('versions.released', { when: format.ago(version.releasedAt, clock.now()) })}
          {version.withdrawn && (
            <>
              {' · '}
              {t('versions.withdrawnFor')} <bdi>{version.withdrawn}</bdi>
            </>
          )}
          <FaultNote fault={showLink.fault ?? toStable.fault} />
          <Dialog title={t('link.title')} isOpen={link !== undefined} onClose={() => setLink(undefined)}>
            <p>{t('link.words')}</p>
            <CopyField label={t('link.label')} value={link ?? ''} />
          </Dialog>
        </>
      }
      states={
        <>
          {version.withdrawn !== undefined && <Badge tone="off">{t('state.withdrawn')}</Badge>}
          <Badge tone={version.channel === 'stable' ? 'ok' : 'info'}>{t(`channel.${version.channel}`)}</Badge>
        </>
      }
      actions={<Menu label={t('versions.more', { version: version.version })} actions={actions} />}
    />
  );
}

interface WithdrawDialogProps {
  item: PublishedItem;
  what: Version | 'all' | undefined;
  onDone(): void;
  onClose(): void;
}

function WithdrawDialog({ item, onClose, onDone, what }: WithdrawDialogProps) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const [reason, setReason] = useState('');
  const version = what === 'all' ? undefined : what?.version;
  const subject = version === undefined ? item.title : `${item.title} ${version}`;
  const close = () => {
    setReason('');
    onClose();
  };
  return (
    <ConfirmDialog
      title={t('withdraw.title', { name: subject })}
      isOpen={what !== undefined}
      onClose={close}
      confirmLabel={t('withdraw.confirm')}
      onConfirm={async () => {
        const wanted = { name: item.name, reason: reason.trim(), ...(version ? { version } : {}) };
        await node['packages.withdraw'](wanted);
        toasts.say(t('withdraw.done', { name: subject }));
        onDone();
      }}
    >
      <p>{version === undefined ? t('withdraw.wordsAll') : t('withdraw.words')}</p>
      <TextField
        label={t('withdraw.reason')}
        description={t('withdraw.reasonHelp')}
        value={reason}
        onChange={setReason}
        maxLength={MAX_REASON}
      />
    </ConfirmDialog>
  );
}
