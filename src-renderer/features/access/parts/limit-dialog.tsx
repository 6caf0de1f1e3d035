import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LimitScope, ScopedLimit } from '#shared/features/access/limits.ts';
import { scopeName } from '#shared/features/access/limits.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useProviderNames } from '../../peers/index.ts';
import { useServers } from '../../servers/index.ts';
import styles from '../access.module.css';
import {
  LIMIT_BOUNDS,
  type LimitDraft,
  limitDraftOf,
  type LimitNumber,
  limitOf,
  type LimitProblem,
  limitProblems,
  numbersOf,
} from '../rules.ts';
import { ProviderField } from './provider-field.tsx';

export interface LimitDialogProps {
  /** Undefined: closed. */
  limit: ScopedLimit | 'new' | undefined;
  /** Those that there are, so that none is overwritten unseen. */
  limits: readonly ScopedLimit[];
  onClose(): void;
  onSaved(): void;
}

export function LimitDialog(props: LimitDialogProps) {
  const { t } = useTranslation('access');
  const { limit, onClose } = props;
  return (
    <Dialog
      wide
      title={t(limit === 'new' ? 'limits.addTitle' : 'limits.changeTitle')}
      isOpen={limit !== undefined}
      onClose={onClose}
    >
      {limit !== undefined && <LimitForm {...props} limit={limit} />}
    </Dialog>
  );
}

const kinds = ['all', 'each', 'provider', 'server', 'tool', 'grant'] as const satisfies ReadonlyArray<
  LimitScope['kind']
>;

/** What can be missing in whom or what it is about. */
type ScopeProblem = Exclude<LimitProblem, 'none' | LimitNumber>;

interface LimitFormProps extends LimitDialogProps {
  limit: ScopedLimit | 'new';
}

function LimitForm({ limit, limits, onClose, onSaved }: LimitFormProps) {
  const { t } = useTranslation('access');
  const node = useNode();
  const toasts = useToasts();
  const [draft, setDraft] = useState(() => limitDraftOf(limit === 'new' ? undefined : limit));
  const [tried, setTried] = useState(false);
  const problems = tried ? limitProblems(draft) : [];
  const save = useCommand(async (signal) => {
    setTried(true);
    if (limitProblems(draft).length > 0) return;
    await node['access.setLimit'](limitOf(draft), { signal });
    toasts.say(t('limits.saved'));
    onSaved();
    onClose();
  });
  const name = scopeName(limitOf(draft).scope);
  const taken = limit === 'new' && limits.some(({ scope }) => scopeName(scope) === name);
  const error = (problem: ScopeProblem) =>
    problems.includes(problem) ? t(`limitProblem.${problem}`) : undefined;
  return (
    <DialogForm command={save} submit={t('limits.save')} onCancel={onClose}>
      {limit === 'new' && <ScopeFields draft={draft} onChange={setDraft} error={error} />}
      {taken && <Note>{t('limits.taken')}</Note>}
      <div className={styles['pair']}>
        {numbersOf(draft.kind).map((number) => (
          <TextField
            key={number}
            label={t(`number.${number}`)}
            value={draft.numbers[number]}
            onChange={(text) => setDraft({ ...draft, numbers: { ...draft.numbers, [number]: text } })}
            error={problems.includes(number) ? t('limitProblem.number', LIMIT_BOUNDS[number]) : undefined}
            inputMode="numeric"
          />
        ))}
      </div>
      <p className={styles['soft']}>{t('limits.help')}</p>
      {problems.includes('none') && (
        <p role="alert" className={styles['problem']}>
          {t('limitProblem.none')}
        </p>
      )}
    </DialogForm>
  );
}

interface ScopeFieldsProps {
  draft: LimitDraft;
  onChange(draft: LimitDraft): void;
  error(problem: ScopeProblem): string | undefined;
}

/** Whom or what the limit is about. */
function ScopeFields({ draft, onChange, error }: ScopeFieldsProps) {
  const { t } = useTranslation('access');
  const { grant, kind, provider, server, tool } = draft;
  const servers = useServers((state) => state.items) ?? [];
  return (
    <>
      <Select
        label={t('limits.scope')}
        options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
        value={kind}
        onChange={(next) => onChange({ ...draft, kind: next })}
      />
      {kind === 'provider' && (
        <ProviderField
          value={provider}
          onChange={(id) => onChange({ ...draft, provider: id })}
          error={error('provider')}
        />
      )}
      {(kind === 'server' || kind === 'tool') && (
        <Select
          label={t('field.server')}
          options={servers.map(({ name }) => ({ value: name, label: name }))}
          value={server}
          onChange={(name) => onChange({ ...draft, server: name, tool: '' })}
          error={error('server')}
          required
        />
      )}
      {kind === 'tool' && server !== '' && (
        <ToolField
          server={server}
          value={tool}
          onChange={(name) => onChange({ ...draft, tool: name })}
          error={error('tool')}
        />
      )}
      {kind === 'grant' && (
        <GrantField
          value={grant}
          onChange={(id) => onChange({ ...draft, grant: id })}
          error={error('grant')}
        />
      )}
    </>
  );
}

interface GrantFieldProps {
  value: string;
  onChange(id: string): void;
  error: string | undefined;
}

/** Grants that hold now. */
function GrantField({ value, onChange, error }: GrantFieldProps) {
  const { t } = useTranslation('access');
  const nameOf = useProviderNames();
  const { data } = useQuery((node, signal) => node['access.grants']({}, { signal }), []);
  const active = data?.made.filter(({ state }) => state === 'active');
  if (active?.length === 0) return <Note tone="warn">{t('limits.noGrants')}</Note>;
  return (
    <Select
      label={t('field.grant')}
      options={(active ?? []).map(({ id, server, to, toName }) => ({
        value: id,
        label: t('scope.grant', { name: nameOf(to, toName), server }),
      }))}
      value={value}
      onChange={onChange}
      error={error}
      required
    />
  );
}

interface ToolFieldProps {
  server: string;
  value: string;
  onChange(tool: string): void;
  error: string | undefined;
}

function ToolField({ server, value, onChange, error }: ToolFieldProps) {
  const { t } = useTranslation('access');
  const { data } = useQuery((node, signal) => node['tools.list']({ scope: 'local' }, { signal }), [server]);
  const tools = (data?.items ?? []).filter((tool) => tool.server === server);
  return (
    <Select
      label={t('field.tool')}
      options={tools.map(({ name }) => ({ value: name, label: name }))}
      value={value}
      onChange={onChange}
      error={error}
      required
    />
  );
}
