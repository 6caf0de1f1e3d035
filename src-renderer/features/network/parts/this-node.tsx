import { useTranslation } from 'react-i18next';
import type { NetworkView, OpenInvitation } from '#shared/features/p2p/joining.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useStream } from '../../../platform/use-stream.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { networkChanged, useNetwork } from '../store.ts';
import { useNetworkName } from './network-name.tsx';
import { NetworksCard } from './networks-card.tsx';

/** The networks that this node is in, where others find it, and who is invited. */
export function ThisNode() {
  const { t } = useTranslation('network');
  const { data, fault } = useNetwork();
  const { value: live } = useStream((node, options) => node['network.watch']({}, options));
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('reading')} />;
  return (
    <Stack>
      <NetworksCard networks={live?.items ?? data.networks} left={live?.left ?? data.left} />
      <AddressCard network={data} />
      <InvitationsCard invitations={data.invitations} />
    </Stack>
  );
}

function AddressCard({ network }: { network: NetworkView }) {
  const { t } = useTranslation('network');
  const nameOf = useNetworkName();
  return (
    <Card title={t('self.addresses')} lead={t('self.addressesLead')}>
      <CopyField label={t('detail.provider')} value={network.providerId} />
      {network.addresses.length === 0 && <p>{t('self.noAddresses')}</p>}
      {network.networks.flatMap((one) =>
        one.addresses.map((address, index) => (
          <CopyField
            key={address}
            label={t('self.addressIn', { number: index + 1, network: nameOf(one) })}
            value={address}
          />
        )),
      )}
      <p>{network.mdns ? t('self.lanOn') : t('self.lanOff')}</p>
    </Card>
  );
}

function InvitationsCard({ invitations }: { invitations: readonly OpenInvitation[] }) {
  const { t } = useTranslation('network');
  return (
    <Card title={t('self.invitations')} lead={t('self.invitationsLead')}>
      {invitations.length === 0 ? (
        <p>{t('self.noInvitations')}</p>
      ) : (
        <List label={t('self.invitations')}>
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} />
          ))}
        </List>
      )}
    </Card>
  );
}

function InvitationRow({ invitation }: { invitation: OpenInvitation }) {
  const { t } = useTranslation('network');
  const format = useFormats();
  const { clock } = useNodeLink();
  const node = useNode();
  const toasts = useToasts();
  const revoke = useCommand(async (signal) => {
    await node['network.revokeInvitation']({ id: invitation.id }, { signal });
    toasts.say(t('self.revoked'));
    networkChanged();
  });
  const { createdAt, expiresAt, note, usedAt } = invitation;
  const state = () => {
    if (usedAt !== undefined)
      return <Badge tone="ok">{t('self.used', { when: format.ago(usedAt, clock.now()) })}</Badge>;
    if (expiresAt <= clock.now()) return <Badge tone="off">{t('self.expired')}</Badge>;
    return <Badge tone="waiting">{t('self.open', { when: format.when(expiresAt, clock.now()) })}</Badge>;
  };
  return (
    <ListRow
      title={<bdi>{note ?? t('self.invitation', { when: format.dateTime(createdAt) })}</bdi>}
      sub={<FaultNote fault={revoke.fault} />}
      states={state()}
      actions={
        usedAt === undefined && (
          <Button size="small" command={revoke} onPress={() => void revoke.run()}>
            {t('self.revoke')}
          </Button>
        )
      }
    />
  );
}
