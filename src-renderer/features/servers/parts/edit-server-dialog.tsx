import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { changeOf, draftOf, type EditDraft, isServerName } from '../draft.ts';
import { useServers } from '../store.ts';
import { SourceFields } from './source-fields.tsx';

export interface EditServerDialogProps {
  server: ServerView;
  isOpen: boolean;
  onClose(): void;
  /** The server is about to get another name. */
  onRenaming(to: string): void;
}

/** Everything that was said of a server when it was added, to be said otherwise. Values of secrets are never shown. */
export function EditServerDialog({ server, isOpen, onClose, onRenaming }: EditServerDialogProps) {
  const { t } = useTranslation('servers');
  return (
    <Dialog wide title={t('edit.title', { name: server.name })} isOpen={isOpen} onClose={onClose}>
      <EditForm server={server} onClose={onClose} onRenaming={onRenaming} />
    </Dialog>
  );
}

const interactions = ['auto', 'on', 'off'] as const;

function EditForm({ server, onClose, onRenaming }: Omit<EditServerDialogProps, 'isOpen'>) {
  const { t } = useTranslation('servers');
  const [draft, setDraft] = useState(() => draftOf(server));
  const [tried, setTried] = useState(false);
  const change = (part: Partial<EditDraft>) => setDraft((now) => ({ ...now, ...part }));
  const save = useSave(server, () => (setTried(true), changeOf(draft, server)), { onClose, onRenaming });
  const shared = useServers((state) => state.shares.has(server.name));
  const renamed = draft.name !== server.name;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run(false);
      }}
    >
      <TextField
        label={t('edit.label')}
        description={t('edit.labelHelp')}
        value={draft.title}
        onChange={(title) => change({ title })}
        maxLength={120}
      />
      <TextField
        label={t('edit.description')}
        value={draft.description}
        onChange={(description) => change({ description })}
        rows={2}
        maxLength={1000}
      />
      <TextField
        label={t('edit.tags')}
        description={t('edit.tagsHelp')}
        value={draft.tags}
        onChange={(tags) => change({ tags })}
      />
      <SourceFields draft={draft} onChange={change} tried={tried} />
      {draft.kind === 'stdio' && (
        <TextField label={t('facts.cwd')} value={draft.cwd} onChange={(cwd) => change({ cwd })} code />
      )}
      {draft.kind === 'stdio' && (
        <Select
          label={t('edit.interaction.label')}
          description={t('edit.interaction.help')}
          options={interactions.map((value) => ({ value, label: t(`edit.interaction.${value}`) }))}
          value={draft.interaction}
          onChange={(interaction) => change({ interaction })}
        />
      )}
      <TextField
        label={t('add.name')}
        description={t('add.nameHelp')}
        value={draft.name}
        onChange={(name) => change({ name })}
        error={tried && !isServerName(draft.name) ? t('add.badName') : undefined}
        code
        required
      />
      {renamed && <Note tone="warn">{shared ? t('edit.renameShared') : t('edit.rename')}</Note>}
      <Outcome save={save} onClose={onClose} />
    </form>
  );
}

function useSave(
  server: ServerView,
  request: () => ReturnType<typeof changeOf>,
  { onClose, onRenaming }: { onClose(): void; onRenaming(to: string): void },
) {
  const { t } = useTranslation('servers');
  const node = useNode();
  const toasts = useToasts();
  return useCommand(
    async (signal, unchecked: boolean) => {
      const change = request();
      if (!change) return;
      if (change.rename !== undefined) onRenaming(change.rename);
      const changed = await node['servers.update']({ ...change, unchecked }, { signal });
      toasts.say(t('edit.done', { name: changed.name }));
      onClose();
    },
    { title: t('edit.title', { name: server.name }) },
  );
}

/** The new configuration is started before the old one is given up; where it does not start, the person decides. */
function Outcome({ save, onClose }: { save: ReturnType<typeof useSave>; onClose(): void }) {
  const { t } = useTranslation(['servers', 'common']);
  const refused = save.fault?.code === 'servers.update_failed';
  return (
    <>
      <FaultNote fault={save.fault} />
      <div aria-live="polite">
        {save.pending && (
          <>
            <ProgressBar label={t('edit.running')} />
            <p>{t('edit.running')}</p>
          </>
        )}
      </div>
      <div className="form-actions">
        <Button onPress={save.pending ? save.cancel : onClose}>
          {save.pending ? t('common:stop') : t('common:cancel')}
        </Button>
        {refused && !save.pending && <Button onPress={() => void save.run(true)}>{t('edit.anyway')}</Button>}
        <Button type="submit" look="primary" command={save}>
          {t('edit.confirm')}
        </Button>
      </div>
    </>
  );
}
