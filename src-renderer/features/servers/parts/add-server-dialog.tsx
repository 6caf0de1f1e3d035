import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isServerName, type ServerDraft, type Variable, emptyDraft, requestOf } from '../draft.ts';
import { splitCommandLine, suggestName } from '../command-line.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { VariableRows } from './variable-rows.tsx';

export interface AddServerDialogProps {
  isOpen: boolean;
  onClose(): void;
  onAdded(name: string): void;
}

export function AddServerDialog({ isOpen, onClose, onAdded }: AddServerDialogProps) {
  const { t } = useTranslation('servers');
  return (
    <Dialog wide title={t('add.title')} isOpen={isOpen} onClose={onClose}>
      <AddForm onClose={onClose} onAdded={onAdded} />
    </Dialog>
  );
}

function AddForm({ onClose, onAdded }: Omit<AddServerDialogProps, 'isOpen'>) {
  const { t } = useTranslation(['servers', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [draft, setDraft] = useState(emptyDraft);
  const [tried, setTried] = useState(false);
  const change = (part: Partial<ServerDraft>) => setDraft((now) => ({ ...now, ...part }));
  const name = draft.name ?? suggestion(draft);
  const request = requestOf({ ...draft, name });
  const add = useCommand(async (signal) => {
    setTried(true);
    if (!request) return;
    const server = await node['servers.add'](request, { signal });
    toasts.say(t('add.done', { name: server.name, count: server.toolCount }));
    onAdded(server.name);
  });
  const wrong = sourceProblem(draft);
  const nameProblem = tried && !isServerName(name) ? t('add.badName') : undefined;
  const variables = (words: 'env' | 'headers') => (
    <VariableRows
      words={words}
      items={draft.variables}
      onChange={(items: Variable[]) => change({ variables: items })}
    />
  );
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run();
      }}
    >
      <Tabs
        label={t('add.kind')}
        selected={draft.kind}
        onSelect={(kind) => change({ kind })}
        items={[
          {
            id: 'stdio',
            label: t('add.command'),
            content: (
              <div className="form">
                <TextField
                  label={t('add.commandLine')}
                  description={t('add.commandHelp')}
                  placeholder="npx -y @modelcontextprotocol/server-everything"
                  value={draft.commandLine}
                  onChange={(commandLine) => change({ commandLine })}
                  error={tried && wrong ? t(`add.${wrong}`) : undefined}
                  code
                  required
                  autoFocus
                />
                {variables('env')}
              </div>
            ),
          },
          {
            id: 'http',
            label: t('add.url'),
            content: (
              <div className="form">
                <TextField
                  label={t('add.address')}
                  placeholder="https://example.org/mcp"
                  value={draft.url}
                  onChange={(url) => change({ url })}
                  error={tried && wrong ? t(`add.${wrong}`) : undefined}
                  inputMode="url"
                  code
                  required
                />
                {variables('headers')}
              </div>
            ),
          },
        ]}
      />
      <TextField
        label={t('add.name')}
        description={t('add.nameHelp')}
        value={name}
        onChange={(next) => change({ name: next })}
        error={nameProblem}
        code
        required
      />
      <Note>{t('add.approves')}</Note>
      {add.pending && <ProgressBar label={t('add.running')} />}
      <div aria-live="polite">{add.pending && <p>{t('add.running')}</p>}</div>
      <FaultNote fault={add.fault} />
      <div className="form-actions">
        {add.pending ? (
          <Button onPress={add.cancel}>{t('common:stop')}</Button>
        ) : (
          <Button onPress={onClose}>{t('common:cancel')}</Button>
        )}
        <Button type="submit" look="primary" isPending={add.pending}>
          {t('add.confirm')}
        </Button>
      </div>
    </form>
  );
}

function suggestion(draft: ServerDraft): string {
  if (draft.kind === 'http') return draft.url ? suggestName({ url: draft.url }) : '';
  const line = splitCommandLine(draft.commandLine);
  return line ? suggestName(line) : '';
}

function sourceProblem(draft: ServerDraft): 'badCommand' | 'badUrl' | undefined {
  if (draft.kind === 'stdio') return splitCommandLine(draft.commandLine) ? undefined : 'badCommand';
  return /^https?:/.test(draft.url) && URL.canParse(draft.url) ? undefined : 'badUrl';
}
