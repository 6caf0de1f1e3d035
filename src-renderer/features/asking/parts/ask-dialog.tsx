import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { Checkbox, Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useProviderNames } from '../../peers/index.ts';

export interface AskDialogProps {
  isOpen: boolean;
  onClose(): void;
  provider: string;
  /** What he is called, where that is known. */
  providerName?: string | undefined;
  /** Absent: it is chosen in the dialog. */
  server?: string | undefined;
  /** The tool from which one came here. */
  tool?: string | undefined;
}

/** Asks a provider for access to a server of his, or to one tool of it. */
export function AskDialog(props: AskDialogProps) {
  const { t } = useTranslation('access');
  const { isOpen, onClose, provider, providerName } = props;
  const name = useProviderNames()(provider, providerName);
  return (
    <Dialog title={t('ask.title', { name })} isOpen={isOpen} onClose={onClose}>
      {isOpen && <AskForm {...props} name={name} />}
    </Dialog>
  );
}

/** What is sent is bounded by the protocol. */
const MOST_WORDS = 500;

function AskForm({ name, onClose, provider, server: given, tool }: AskDialogProps & { name: string }) {
  const { t } = useTranslation('access');
  const node = useNode();
  const toasts = useToasts();
  const [server, setServer] = useState(given ?? '');
  const [onlyTool, setOnlyTool] = useState(tool !== undefined);
  const [words, setWords] = useState('');
  const ask = useCommand(async (signal) => {
    const tools = tool !== undefined && onlyTool ? [tool] : [];
    await node['access.ask']({ provider, server: server.trim(), tools, words: words.trim() }, { signal });
    toasts.say(t('ask.done', { name }));
    onClose();
  });
  return (
    <DialogForm
      command={ask}
      submit={t('ask.confirm')}
      onCancel={onClose}
      ready={server.trim() !== ''}
      stoppable
    >
      <Earlier provider={provider} server={server} />
      {given === undefined ? (
        <ServerChoice provider={provider} value={server} onChange={setServer} />
      ) : (
        <p>{t('ask.words', { name, server })}</p>
      )}
      {tool !== undefined && (
        <Checkbox selected={onlyTool} onChange={setOnlyTool}>
          {t('ask.only', { tool })}
        </Checkbox>
      )}
      <TextField
        label={t('ask.say')}
        description={t('ask.sayHelp')}
        value={words}
        onChange={setWords}
        rows={3}
        maxLength={MOST_WORDS}
      />
    </DialogForm>
  );
}

/** What became of what was asked before. */
function Earlier({ provider, server }: { provider: string; server: string }) {
  const { t } = useTranslation('access');
  const { data } = useQuery((node, signal) => node['access.requests']({}, { signal }), []);
  const asked = data?.items.find(
    (one) => one.side === 'elsewhere' && one.provider === provider && one.server === server,
  );
  if (!asked) return null;
  return (
    <Note>
      {t(`ask.earlier.${asked.state}`)} <Link href="/access/requests">{t('ask.toRequests')}</Link>
    </Note>
  );
}

interface ServerChoiceProps {
  provider: string;
  value: string;
  onChange(server: string): void;
}

/** Stands for a server that is not in the list; no server can be called so. */
const BY_NAME = '+name';

/** Servers of his that this node has seen; any other by its name. */
function ServerChoice({ provider, value, onChange }: ServerChoiceProps) {
  const { t } = useTranslation('access');
  const { data, fault } = useQuery(
    (node, signal) =>
      node['tools.query']({ filter: { scope: 'network', provider }, limit: 1000 }, { signal }),
    [provider],
  );
  const [byName, setByName] = useState(false);
  if (!data && !fault) return <Loading label={t('ask.reading')} />;
  const servers = [...new Set(data?.items.map(({ server }) => server))].sort((a, b) => a.localeCompare(b));
  const field = (
    <TextField
      label={t('field.server')}
      description={t('ask.serverHelp')}
      value={value}
      onChange={onChange}
      code
      required
    />
  );
  if (servers.length === 0) return field;
  return (
    <>
      <Select
        label={t('ask.server')}
        options={[
          ...servers.map((server) => ({ value: server, label: server })),
          { value: BY_NAME, label: t('ask.byName') },
        ]}
        value={byName ? BY_NAME : value}
        onChange={(server) => {
          setByName(server === BY_NAME);
          onChange(server === BY_NAME ? '' : server);
        }}
        required
      />
      {byName && field}
    </>
  );
}
