import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isTooWide, type RuleDraft } from '#shared/features/registry/approval-rules.ts';
import { trustableClaims } from '#shared/features/registry/claims.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, Select, Switch, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import styles from './rules-dialog.module.css';

const actions = ['approve', 'ask', 'reject'] as const;
/** No provider in particular. */
const ANYBODY = '+anybody';
const SERVER = /^[a-z0-9][a-z0-9_-]{0,30}$/;

/** One rule: whose tools, which of them, what happens; and what that would touch now. */
export function RuleForm({ start, onDone }: { start: RuleDraft; onDone(): void }) {
  const { t } = useTranslation(['catalog', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [rule, setRule] = useState(start);
  const [server, setServer] = useState(start.server ?? '');
  const [tags, setTags] = useState(start.tags.join(', '));
  const [askRest, setAskRest] = useState(start.provider !== undefined);
  const change = (part: Partial<RuleDraft>) => setRule((now) => ({ ...now, ...part }));
  const wrongServer = server !== '' && !SERVER.test(server);
  const draft: RuleDraft = {
    ...rule,
    ...(server && !wrongServer ? { server } : { server: undefined }),
    tags: tags
      .split(/[,،]/)
      .map((tag) => tag.trim())
      .filter(Boolean)
      .slice(0, 16),
  };
  const asksRest = askRest && draft.action === 'approve' && draft.provider !== undefined;
  const tooWide = isTooWide(draft);
  const save = useCommand(async () => {
    const { items } = await node['rules.add']({ rule: draft });
    if (asksRest)
      await node['rules.add']({
        rule: { provider: draft.provider, claims: [], tags: [], action: 'ask', coversChanges: false },
        position: items.length,
      });
    toasts.say(t('rules.kept'));
    onDone();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!tooWide && !wrongServer) void save.run();
      }}
    >
      <div className={styles['columns']}>
        <Select
          label={t('rules.actionLabel')}
          options={actions.map((value) => ({ value, label: t(`rules.action.${value}`) }))}
          value={rule.action}
          onChange={(action) => change({ action })}
        />
        <ProviderField
          value={rule.provider}
          onChange={(provider) => change({ provider })}
          error={tooWide ? t('rules.whose') : undefined}
        />
      </div>
      <fieldset className={styles['group']}>
        <legend>{t('rules.claimsLabel')}</legend>
        <div className={styles['columns']}>
          {trustableClaims.map((claim) => (
            <Checkbox
              key={claim}
              selected={rule.claims.includes(claim)}
              onChange={(chosen) =>
                change({
                  claims: chosen ? [...rule.claims, claim] : rule.claims.filter((one) => one !== claim),
                })
              }
            >
              {t(`claim.${claim}`)}
            </Checkbox>
          ))}
        </div>
        <span className={styles['soft']}>{t('rules.claimsOnly')}</span>
      </fieldset>
      <div className={styles['columns']}>
        <TextField
          label={t('rules.serverLabel')}
          value={server}
          onChange={setServer}
          error={wrongServer ? t('rules.serverWrong') : undefined}
          code
        />
        <TextField label={t('rules.tagsLabel')} value={tags} onChange={setTags} />
      </div>
      {rule.action === 'approve' && (
        <>
          <Switch selected={askRest} onChange={setAskRest} description={t('rules.askRestHelp')}>
            {t('rules.askRest')}
          </Switch>
          <Switch
            selected={rule.coversChanges}
            onChange={(coversChanges) => change({ coversChanges })}
            description={t('rules.coversChangesHelp')}
          >
            {t('rules.coversChanges')}
          </Switch>
        </>
      )}
      {!tooWide && !wrongServer && <RulePreview draft={draft} />}
      <FaultNote fault={save.fault} />
      <div className="form-actions">
        <Button onPress={onDone}>{t('common:back')}</Button>
        <Button type="submit" look="primary" command={save} isDisabled={tooWide || wrongServer}>
          {t('rules.keep')}
        </Button>
      </div>
    </form>
  );
}

interface ProviderFieldProps {
  value: string | undefined;
  onChange(provider: string | undefined): void;
  error: string | undefined;
}

/** Those whose tools are known here. */
function ProviderField({ value, onChange, error }: ProviderFieldProps) {
  const { t } = useTranslation('catalog');
  const { data } = useQuery(
    (node, signal) => node['tools.query']({ filter: { scope: 'network' }, limit: 0 }, { signal }),
    [],
  );
  const known = data?.counts.providers ?? [];
  const all = value && !known.some((one) => one.value === value) ? [...known, { value, count: 0 }] : known;
  const options = [
    { value: ANYBODY, label: t('rules.ofAnybody') },
    ...all.map(({ label, value: id }: { label?: string | undefined; value: string }) => ({
      value: id,
      label: label ? `${label} · ${id.slice(-6)}` : `${id.slice(0, 12)}…${id.slice(-6)}`,
    })),
  ];
  return (
    <Select
      label={t('filter.provider')}
      options={options}
      value={value ?? ANYBODY}
      onChange={(chosen) => onChange(chosen === ANYBODY ? undefined : chosen)}
      error={error}
    />
  );
}

/** What the rule would do at this moment; nothing is kept yet. */
function RulePreview({ draft }: { draft: RuleDraft }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const { data, fault } = useQuery(
    (node, signal) => node['rules.preview']({ rule: draft }, { signal }),
    [draft],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return null;
  const effects = [
    data.approves > 0 && t('rules.preview.approves', { count: data.approves }),
    data.asks > 0 && t('rules.preview.asks', { count: data.asks }),
    data.rejects > 0 && t('rules.preview.rejects', { count: data.rejects }),
    data.changedLeft > 0 && t('rules.preview.changedLeft', { count: data.changedLeft }),
  ].filter((one) => one !== false);
  return (
    <div aria-live="polite">
      <Note>
        <p>{t('rules.preview.matches', { count: data.matches })}</p>
        {effects.length > 0 ? (
          <ul>
            {effects.map((effect) => (
              <li key={effect}>{effect}</li>
            ))}
          </ul>
        ) : (
          <p>{t('rules.preview.nothing')}</p>
        )}
        {data.sample.length > 0 && (
          <p>
            <bdi>{format.list(data.sample)}</bdi>
          </p>
        )}
      </Note>
    </div>
  );
}
