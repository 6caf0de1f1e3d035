import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Share } from '#shared/features/access/contract.ts';
import type { AccessRequestView } from '#shared/features/access/grants-contract.ts';
import { isToolShared } from '#shared/features/access/rules.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useProviderNames } from '../../peers/index.ts';
import { useServers } from '../../servers/index.ts';
import styles from '../access.module.css';
import { type GrantDraft, type GrantProblem, grantProblems, termsOf } from '../rules.ts';
import { ArgumentFields } from './argument-fields.tsx';
import { ProviderField } from './provider-field.tsx';
import { ToolFields } from './tool-fields.tsx';

export interface GiveDialogProps {
  isOpen: boolean;
  onClose(): void;
  /** What stands in the form at first. */
  start: GrantDraft;
  /** The request that is accepted by it; who and where stand fast then. */
  request?: AccessRequestView | undefined;
  onDone?(): void;
}

/** Lets one provider call tools of a server for a time. */
export function GiveDialog(props: GiveDialogProps) {
  const { t } = useTranslation('access');
  const { isOpen, onClose, request } = props;
  return (
    <Dialog wide title={t(request ? 'accept.title' : 'give.title')} isOpen={isOpen} onClose={onClose}>
      {isOpen && <GiveForm {...props} />}
    </Dialog>
  );
}

function GiveForm({ onClose, onDone, request, start }: GiveDialogProps) {
  const { t } = useTranslation('access');
  const node = useNode();
  const toasts = useToasts();
  const nameOf = useProviderNames();
  const readShares = useServers((state) => state.readShares);
  const [draft, setDraft] = useState(start);
  const [tried, setTried] = useState(false);
  const problems = tried ? grantProblems(draft) : [];
  const change = (part: Partial<GrantDraft>) => setDraft((now) => ({ ...now, ...part }));
  const give = useCommand(async (signal) => {
    setTried(true);
    if (grantProblems(draft).length > 0) return;
    const terms = termsOf(draft);
    const { to, server } = draft;
    const made = request
      ? await node['access.accept']({ ...terms, id: request.id }, { signal })
      : await node['access.grant']({ ...terms, to: to.trim(), server }, { signal });
    await readShares();
    toasts.say(t('give.done', { name: nameOf(made.to, made.toName), server: made.server }));
    onDone?.();
    onClose();
  });
  const error = (problem: GrantProblem) => (problems.includes(problem) ? t(`problem.${problem}`) : undefined);
  return (
    <DialogForm command={give} submit={t(request ? 'accept.open' : 'give.confirm')} onCancel={onClose}>
      {request ? (
        <Asked request={request} />
      ) : (
        <>
          <ProviderField value={draft.to} onChange={(to) => change({ to })} error={error('to')} />
          <ServerField
            value={draft.server}
            onChange={(server) => change({ server, tools: undefined, args: {} })}
            error={error('server')}
          />
        </>
      )}
      {draft.server !== '' && <Terms draft={draft} onChange={change} error={error} />}
    </DialogForm>
  );
}

interface TermsProps {
  draft: GrantDraft;
  onChange(part: Partial<GrantDraft>): void;
  error(problem: GrantProblem): string | undefined;
}

/** For which tools, how long, how often; rarely used: with which arguments. */
function Terms({ draft, onChange, error }: TermsProps) {
  const { t } = useTranslation('access');
  const { server } = draft;
  const { data, fault } = useQuery(
    (node, signal) => node['tools.list']({ scope: 'local' }, { signal }),
    [server],
  );
  const share = useServers((state) => state.shares.get(server));
  const tools = (data?.items ?? []).filter((tool) => tool.server === server).map(({ name }) => name);
  return (
    <>
      {!share && <Note>{t('give.notShared', { server })}</Note>}
      <FaultNote fault={fault} />
      {data && (
        <ToolFields
          tools={tools}
          chosen={draft.tools}
          onChange={(chosen) => onChange({ tools: chosen })}
          error={error('tools')}
        />
      )}
      <Shut share={share} tools={draft.tools ?? []} />
      <div className={styles['pair']}>
        <TextField
          label={t('field.days')}
          description={t('field.daysHelp')}
          value={draft.days}
          onChange={(days) => onChange({ days })}
          error={error('days')}
          inputMode="numeric"
          required
        />
        <TextField
          label={t('field.calls')}
          description={t('field.callsHelp')}
          value={draft.calls}
          onChange={(calls) => onChange({ calls })}
          error={error('calls')}
          inputMode="numeric"
        />
      </div>
      <TextField
        label={t('field.note')}
        description={t('field.noteHelp')}
        value={draft.note}
        onChange={(note) => onChange({ note })}
        maxLength={200}
      />
      {data && (
        <details className={styles['more']}>
          <summary>{t('give.more')}</summary>
          <ArgumentFields
            tools={draft.tools ?? tools}
            args={draft.args}
            onChange={(args) => onChange({ args })}
          />
        </details>
      )}
    </>
  );
}

/** What is shared with nobody, no grant opens. */
function Shut({ share, tools }: { share: Share | undefined; tools: readonly string[] }) {
  const { t } = useTranslation('access');
  const format = useFormats();
  const shut = share ? tools.filter((tool) => !isToolShared(share, tool)) : [];
  if (shut.length === 0) return null;
  return <Note tone="warn">{t('give.shut', { count: shut.length, tools: format.list(shut) })}</Note>;
}

interface ServerFieldProps {
  value: string;
  onChange(server: string): void;
  error: string | undefined;
}

function ServerField({ value, onChange, error }: ServerFieldProps) {
  const { t } = useTranslation('access');
  const servers = useServers((state) => state.items) ?? [];
  if (servers.length === 0) return <Note tone="warn">{t('give.noServers')}</Note>;
  return (
    <Select
      label={t('field.server')}
      options={servers.map(({ name }) => ({ value: name, label: name }))}
      value={value}
      onChange={onChange}
      error={error}
      required
    />
  );
}

/** Who asks for what, and what he says with it. */
function Asked({ request: { provider, providerName, server, words } }: { request: AccessRequestView }) {
  const { t } = useTranslation('access');
  const name = useProviderNames()(provider, providerName);
  return (
    <div>
      <p>{t('accept.words', { name, server })}</p>
      {words && (
        <p dir="auto" className={styles['quote']}>
          {words}
        </p>
      )}
      <p className={styles['soft']}>
        <code dir="ltr">{provider}</code>
      </p>
    </div>
  );
}
