import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { emptyDraft, isServerName, requestOf, type ServerDraft, suggestion } from '../draft.ts';
import { useNode } from '../../../platform/node-link.ts';
import { type Command, useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { SourceFields } from './source-fields.tsx';

export interface AddServerDialogProps {
  isOpen: boolean;
  onClose(): void;
  onAdded(name: string): void;
  /** What the form is filled in with at first; a link from outside may have said so. */
  initial?: ServerDraft;
  /** Stands above the form. */
  children?: ReactNode;
}

export function AddServerDialog({ isOpen, onClose, onAdded, initial, children }: AddServerDialogProps) {
  const { t } = useTranslation('servers');
  return (
    <Dialog wide title={t('add.title')} isOpen={isOpen} onClose={onClose}>
      {children}
      <AddForm initial={initial} onClose={onClose} onAdded={onAdded} />
    </Dialog>
  );
}

function AddForm({
  initial,
  onClose,
  onAdded,
}: Pick<AddServerDialogProps, 'initial' | 'onClose' | 'onAdded'>) {
  const { t } = useTranslation('servers');
  const node = useNode();
  const toasts = useToasts();
  const [draft, setDraft] = useState(initial ?? emptyDraft);
  const [tried, setTried] = useState(false);
  const change = (part: Partial<ServerDraft>) => setDraft((now) => ({ ...now, ...part }));
  const name = draft.name ?? suggestion(draft);
  const add = useCommand(async (signal) => {
    setTried(true);
    const request = requestOf({ ...draft, name });
    if (!request) return;
    const server = await node['servers.add'](request, { signal });
    toasts.say(t('add.done', { name: server.name, count: server.toolCount }));
    onAdded(server.name);
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run();
      }}
    >
      <SourceFields draft={draft} onChange={change} tried={tried} />
      <TextField
        label={t('add.name')}
        description={t('add.nameHelp')}
        value={name}
        onChange={(next) => change({ name: next })}
        error={tried && !isServerName(name) ? t('add.badName') : undefined}
        code
        required
      />
      <Note>{t('add.approves')}</Note>
      <FaultNote fault={add.fault} />
      <Footer command={add} onClose={onClose} />
    </form>
  );
}

/** A first start may download the server, so it shows that it goes on and can be stopped. */
function Footer({ command, onClose }: { command: Command<[], unknown>; onClose(): void }) {
  const { cancel, pending } = command;
  const { t } = useTranslation(['servers', 'common']);
  return (
    <>
      <div aria-live="polite">
        {pending && (
          <>
            <ProgressBar label={t('add.running')} />
            <p>{t('add.running')}</p>
          </>
        )}
      </div>
      <div className="form-actions">
        <Button onPress={pending ? cancel : onClose}>
          {pending ? t('common:stop') : t('common:cancel')}
        </Button>
        <Button type="submit" look="primary" command={command}>
          {t('add.confirm')}
        </Button>
      </div>
    </>
  );
}
