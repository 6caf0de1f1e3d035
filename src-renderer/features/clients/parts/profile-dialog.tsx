import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProfileView } from '#shared/features/clients/contract.ts';
import type { ChoosableTool } from '#shared/features/clients/profile-rules.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { ChoiceCards } from '../../../ui/choice-cards.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { SearchField, Switch, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { isProfileName, withScope } from '../rules.ts';
import styles from './profile.module.css';
import { BudgetFields } from './budget-fields.tsx';
import { PreviewWords } from './preview-words.tsx';
import { ServerTools } from './server-tools.tsx';
import { usePreview } from '../use-clients.ts';
import sticky from './sticky.module.css';

export interface ProfileDialogProps {
  /** Undefined: closed. */
  profile: ProfileView | 'new' | undefined;
  taken: readonly string[];
  onClose(): void;
  onSaved(): void;
}

export function ProfileDialog({ profile, taken, onClose, onSaved }: ProfileDialogProps) {
  const { t } = useTranslation('profiles');
  const isNew = profile === 'new';
  const title = isNew || !profile ? t('add') : t('editTitle', { name: profile.name });
  return (
    <Dialog wide title={title} isOpen={profile !== undefined} onClose={onClose}>
      {profile && (
        <ProfileForm
          profile={isNew ? { name: '', prefix: true } : profile}
          taken={isNew ? taken : undefined}
          onClose={onClose}
          onSaved={onSaved}
        />
      )}
    </Dialog>
  );
}

interface ProfileFormProps {
  profile: ProfileView;
  /** Names that a new profile cannot have; undefined: the name stands. */
  taken: readonly string[] | undefined;
  onClose(): void;
  onSaved(): void;
}

function ProfileForm({ profile, taken, onClose, onSaved }: ProfileFormProps) {
  const { t } = useTranslation(['profiles', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [draft, setDraft] = useState(profile);
  const [tried, setTried] = useState(false);
  const problem = taken === undefined ? undefined : nameProblem(draft.name, taken);
  const save = useCommand(async (signal) => {
    setTried(true);
    if (problem) return;
    await node['profiles.set'](draft, { signal });
    toasts.say(t('saved', { name: draft.name }));
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
      {taken && (
        <TextField
          label={t('name')}
          description={t('nameHelp')}
          value={draft.name}
          onChange={(name) => setDraft({ ...draft, name })}
          error={tried && problem ? t(problem) : undefined}
          code
          autoFocus
          required
        />
      )}
      <ToolChoice draft={draft} onChange={setDraft} />
      <Switch
        selected={draft.prefix}
        onChange={(prefix) => setDraft({ ...draft, prefix })}
        description={t('prefixHelp')}
      >
        {t('prefix')}
      </Switch>
      <BudgetFields draft={draft} onChange={setDraft} />
      <Cost draft={draft} />
      <FaultNote fault={save.fault} />
      <div className={sticky['actions']}>
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={save}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

/** Where everything is listed, more tokens than this before the first question, and models lose the thread. */
const HEAVY_TOKENS = 25_000;

/** Counted anew with every change of the draft. */
function Cost({ draft }: { draft: ProfileView }) {
  const { t } = useTranslation('profiles');
  const name = isProfileName(draft.name) ? draft.name : 'draft';
  const { data, fault } = usePreview({ ...draft, name });
  return (
    <>
      <div className={styles['cost']} aria-live="polite">
        <PreviewWords preview={data} />
      </div>
      {data && data.listed.tokens > HEAVY_TOKENS && <Note tone="warn">{t('heavy')}</Note>}
      {fault && <FaultNote fault={fault} />}
    </>
  );
}

const nameProblem = (name: string, taken: readonly string[]): 'nameBad' | 'nameTaken' | undefined =>
  !isProfileName(name) ? 'nameBad' : taken.includes(name) ? 'nameTaken' : undefined;

interface ToolChoiceProps {
  draft: ProfileView;
  onChange(draft: ProfileView): void;
}

/** All servers or chosen ones, and in both cases single tools. */
function ToolChoice({ draft, onChange }: ToolChoiceProps) {
  const { t } = useTranslation('profiles');
  const [wanted, setWanted] = useState('');
  const { data, fault } = useQuery(
    (node, signal) => node['tools.list']({ scope: 'catalog' }, { signal }),
    [],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('reading')} />;
  const servers = byServer(data.items);
  const names = [...servers.keys()];
  return (
    <>
      <ChoiceCards
        inline
        label={t('scope.label')}
        value={draft.servers === undefined ? 'all' : 'chosen'}
        onChange={(scope) => onChange(withScope(draft, scope, names))}
        choices={[
          { value: 'all', label: t('scope.all') },
          { value: 'chosen', label: t('scope.chosen') },
        ]}
      />
      {names.length === 0 ? (
        <Note>{t('none')}</Note>
      ) : (
        <div className={styles['servers']}>
          <SearchField label={t('search')} value={wanted} onChange={setWanted} />
          {[...servers].map(([server, { label, tools }]) => (
            <ServerTools
              key={server}
              server={server}
              label={label}
              tools={tools}
              wanted={wanted}
              draft={draft}
              onChange={onChange}
            />
          ))}
        </div>
      )}
    </>
  );
}

interface ServerChoice {
  label: string;
  tools: ChoosableTool[];
}

/** The catalog as profiles name it, and as people do. */
function byServer(tools: readonly ToolView[]): Map<string, ServerChoice> {
  const servers = new Map<string, ServerChoice>();
  for (const { catalogName, id, origin, providerId, providerName, server: own } of tools) {
    if (catalogName === undefined) continue;
    const isLocal = origin === 'local';
    const server = isLocal ? own : `${providerId}/${own}`;
    const known = servers.get(server) ?? {
      label: isLocal ? own : `${providerName ?? shortId(providerId)} / ${own}`,
      tools: [],
    };
    known.tools.push({ name: catalogName, id, server });
    servers.set(server, known);
  }
  return servers;
}

const shortId = (id: string): string => `${id.slice(0, 8)}…${id.slice(-4)}`;
