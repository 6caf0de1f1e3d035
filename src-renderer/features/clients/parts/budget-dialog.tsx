import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { ProfileView } from '#shared/features/clients/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select } from '../../../ui/fields.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import sticky from './sticky.module.css';
import { BudgetFields, BudgetPreview } from './budget-fields.tsx';

export interface BudgetDialogProps {
  /** The profile that is shown at first. */
  profile: string;
  onClose(): void;
  onSaved(): void;
}

/** What AI clients read of their tools, and how to change that. */
export function BudgetDialog({ profile, onClose, onSaved }: BudgetDialogProps) {
  const { t } = useTranslation('profiles');
  const { data, fault } = useQuery((node, signal) => node['profiles.list']({}, { signal }), []);
  return (
    <Dialog wide title={t('budget.title')} isOpen onClose={onClose}>
      {data ? (
        <Profiles profiles={data.items} first={profile} onClose={onClose} onSaved={onSaved} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
    </Dialog>
  );
}

interface ProfilesProps {
  profiles: readonly ProfileView[];
  first: string;
  onClose(): void;
  onSaved(): void;
}

function Profiles({ profiles, first, onClose, onSaved }: ProfilesProps) {
  const { t } = useTranslation('profiles');
  const [name, setName] = useState(first);
  const profile = profiles.find((one) => one.name === name) ?? profiles[0];
  return (
    <Stack>
      <p>{t('budget.lead')}</p>
      {profiles.length > 1 && (
        <Select
          label={t('budget.profile')}
          options={profiles.map((one) => ({ value: one.name, label: one.name }))}
          value={name}
          onChange={setName}
        />
      )}
      {profile && <BudgetForm key={profile.name} profile={profile} onClose={onClose} onSaved={onSaved} />}
    </Stack>
  );
}

function BudgetForm({
  profile,
  onClose,
  onSaved,
}: Omit<BudgetDialogProps, 'profile'> & { profile: ProfileView }) {
  const { t } = useTranslation(['profiles', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [draft, setDraft] = useState(profile);
  const save = useCommand(async (signal) => {
    await node['profiles.set'](draft, { signal });
    toasts.say(t('budget.saved', { name: draft.name }));
    onSaved();
    onClose();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <BudgetPreview draft={draft} />
      <BudgetFields draft={draft} onChange={setDraft} />
      <FaultNote fault={save.fault} />
      <p>
        <Link href="/clients">{t('budget.edit')}</Link>
      </p>
      <div className={sticky['actions']}>
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={save}>
          {t('common:save')}
        </Button>
      </div>
    </form>
  );
}
