import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProfileView } from '#shared/features/clients/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { usePreview } from '../use-clients.ts';
import { PreviewWords } from './preview-words.tsx';
import { ProfileDialog } from './profile-dialog.tsx';

/** Views of the catalog: which client sees which tools. */
export function ProfilesCard() {
  const { t } = useTranslation('profiles');
  const { data, fault, reload } = useQuery((node, signal) => node['profiles.list']({}, { signal }), []);
  const [editing, setEditing] = useState<ProfileView | 'new'>();
  return (
    <Card
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button size="small" icon={Plus} onPress={() => setEditing('new')}>
          {t('add')}
        </Button>
      }
    >
      {data ? (
        <Profiles profiles={data.items} onEdit={setEditing} onChanged={reload} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
      <ProfileDialog
        profile={editing}
        taken={data?.items.map(({ name }) => name) ?? []}
        onClose={() => setEditing(undefined)}
        onSaved={reload}
      />
    </Card>
  );
}

interface ProfilesProps {
  profiles: readonly ProfileView[];
  onEdit(profile: ProfileView): void;
  onChanged(): void;
}

function Profiles({ profiles, onEdit, onChanged }: ProfilesProps) {
  const { t } = useTranslation('profiles');
  const node = useNode();
  const toasts = useToasts();
  const [asking, setAsking] = useState<string>();
  const name = asking ?? '';
  return (
    <>
      <List label={t('title')}>
        {profiles.map((profile) => (
          <ProfileRow
            key={profile.name}
            profile={profile}
            onEdit={() => onEdit(profile)}
            onRemove={() => setAsking(profile.name)}
          />
        ))}
      </List>
      <ConfirmDialog
        title={t('removeTitle', { name })}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('remove')}
        onConfirm={async () => {
          await node['profiles.remove']({ name });
          toasts.say(t('removed', { name }));
          onChanged();
        }}
      >
        <p>{t('removeWords')}</p>
      </ConfirmDialog>
    </>
  );
}

interface ProfileRowProps {
  profile: ProfileView;
  onEdit(): void;
  onRemove(): void;
}

function ProfileRow({ profile, onEdit, onRemove }: ProfileRowProps) {
  const { t } = useTranslation('profiles');
  const { name } = profile;
  return (
    <ListRow
      title={<bdi dir="ltr">{name}</bdi>}
      sub={<ProfileCost profile={profile} />}
      actions={
        <>
          <Button size="small" icon={Pencil} aria-label={`${t('edit')}: ${name}`} onPress={onEdit}>
            {t('edit')}
          </Button>
          {name !== 'default' && (
            <Button
              size="small"
              look="quiet"
              icon={Trash2}
              aria-label={`${t('remove')}: ${name}`}
              onPress={onRemove}
            >
              {t('remove')}
            </Button>
          )}
        </>
      }
    />
  );
}

/** How many tools a profile shows, and what reading them costs a model. */
function ProfileCost({ profile }: { profile: ProfileView }) {
  const { data, fault } = usePreview(profile);
  if (fault) return <FaultNote fault={fault} />;
  return <PreviewWords preview={data} />;
}
