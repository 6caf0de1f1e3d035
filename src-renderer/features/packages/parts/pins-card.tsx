import { Pin, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InstalledPackage, PackageDetails } from '#shared/features/packages/views.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select } from '../../../ui/fields.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';

interface PinsCardProps {
  item: InstalledPackage;
  versions: PackageDetails['versions'];
}

/** Which profiles see another version: a new one is tried with one of them first, an old one kept for another. */
export function PinsCard({ item, versions }: PinsCardProps) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const [choosing, setChoosing] = useState(false);
  const unpin = useCommand((signal, profile: string) =>
    node['packages.pin']({ id: item.id, profile, release: null }, { signal }),
  );
  const others = versions.filter(
    ({ release, withdrawn }) => release !== item.release && withdrawn === undefined,
  );
  return (
    <Card
      title={t('pins.title')}
      lead={t('pins.lead')}
      actions={
        <Button icon={Pin} isDisabled={others.length === 0} onPress={() => setChoosing(true)}>
          {t('pins.open')}
        </Button>
      }
    >
      {item.pins.length === 0 ? (
        <p>{t('pins.none', { version: item.version })}</p>
      ) : (
        <List label={t('pins.title')}>
          {item.pins.map(({ profile, server, version }) => (
            <ListRow
              key={profile}
              title={<bdi>{profile}</bdi>}
              sub={t('pins.sees', { version, server })}
              actions={
                <IconButton
                  icon={X}
                  label={t('pins.end', { profile })}
                  isPending={unpin.pending}
                  onPress={() => void unpin.run(profile)}
                />
              }
            />
          ))}
        </List>
      )}
      <FaultNote fault={unpin.fault} />
      <Dialog title={t('pins.choose')} isOpen={choosing} onClose={() => setChoosing(false)}>
        <PinForm id={item.id} versions={others} onClose={() => setChoosing(false)} />
      </Dialog>
    </Card>
  );
}

interface PinFormProps {
  id: string;
  versions: PackageDetails['versions'];
  onClose(): void;
}

function PinForm({ id, onClose, versions }: PinFormProps) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const { data, fault } = useQuery((link, signal) => link['profiles.list']({}, { signal }), []);
  const [profile, setProfile] = useState('default');
  const [release, setRelease] = useState(versions[0]?.release ?? '');
  const pin = useCommand(
    async (signal) => {
      await node['packages.pin']({ id, profile, release }, { signal });
      toasts.say(t('pins.done', { profile }));
      onClose();
    },
    { title: t('pins.running') },
  );
  return (
    <DialogForm
      stoppable
      command={pin}
      submit={t('pins.confirm')}
      onCancel={onClose}
      ready={release !== '' && data !== undefined}
    >
      <p>{t('pins.words')}</p>
      <FaultNote fault={fault} />
      <Select
        label={t('pins.profile')}
        options={(data?.items ?? []).map(({ name }) => ({ value: name, label: name }))}
        value={profile}
        onChange={setProfile}
      />
      <Select
        label={t('pins.version')}
        options={versions.map((one) => ({ value: one.release, label: one.version }))}
        value={release}
        onChange={setRelease}
      />
    </DialogForm>
  );
}
