import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, SearchField, Select, TextField } from '../../../ui/fields.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { usePeers } from '../../peers/index.ts';
import { tagsIn } from '../draft.ts';
import { audienceFor, type ShareDraft, type ToolVisibility, visibilityOf, withOverride } from '../sharing.ts';
import { SealField } from './seal-field.tsx';
import styles from './share-dialog.module.css';

interface Editing {
  draft: ShareDraft;
  onChange(draft: ShareDraft): void;
}

/** Tools that are listed at once; a filter finds the others. */
const SHOWN = 60;

/** Which tools are shared, and what holds for single ones. */
export function ShareTools({ server, draft, onChange }: Editing & { server: string }) {
  const { t } = useTranslation('sharing');
  const [filter, setFilter] = useState('');
  const { data, fault } = useQuery(
    (node, signal) => node['tools.list']({ scope: 'local' }, { signal }),
    [server],
  );
  const tools = data?.items.filter((tool) => tool.server === server) ?? [];
  const found = tools.filter(({ name, title = '' }) =>
    `${name} ${title}`.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  return (
    <fieldset className={styles['picker']}>
      <legend>{t('tools.title')}</legend>
      <Checkbox
        selected={draft.tools === undefined}
        disabled={!data}
        onChange={(all) => onChange({ ...draft, tools: all ? undefined : tools.map(({ name }) => name) })}
        description={t('tools.allHelp')}
      >
        {t('tools.all')}
      </Checkbox>
      <FaultNote fault={fault} />
      {!data && !fault && <Loading label={t('tools.reading')} />}
      {tools.length > 12 && <SearchField label={t('tools.filter')} value={filter} onChange={setFilter} />}
      <ul className={styles['scroll']}>
        {found.slice(0, SHOWN).map((tool) => (
          <ShareTool key={tool.name} tool={tool} draft={draft} onChange={onChange} />
        ))}
      </ul>
      {found.length > SHOWN && <p>{t('tools.more', { count: found.length - SHOWN })}</p>}
    </fieldset>
  );
}

function ShareTool({ tool, draft, onChange }: Editing & { tool: ToolView }) {
  const { t } = useTranslation('sharing');
  const [open, setOpen] = useState(false);
  const { name } = tool;
  const shared = !draft.tools || draft.tools.includes(name);
  const toggle = (on: boolean) => {
    const tools = draft.tools ?? [];
    onChange({ ...draft, tools: on ? [...tools, name] : tools.filter((other) => other !== name) });
  };
  const visibility = visibilityOf(draft.overrides[name]);
  return (
    <li className={styles['tool']}>
      <div className={styles['toolHead']}>
        <Checkbox
          selected={shared}
          disabled={draft.tools === undefined}
          onChange={toggle}
          description={tool.title}
        >
          <code dir="ltr">{name}</code>
        </Checkbox>
        {shared && (
          <Button size="small" look="quiet" aria-expanded={open} onPress={() => setOpen(!open)}>
            {visibility === 'server' && !draft.overrides[name]
              ? t('tool.details')
              : t(`tool.short.${visibility}`)}
          </Button>
        )}
      </div>
      {shared && open && <ToolFields name={name} draft={draft} onChange={onChange} />}
    </li>
  );
}

const visibilities = ['server', 'known', 'providers', 'nobody'] as const satisfies readonly ToolVisibility[];

/** Who of the server's audience may call it, and what they are told of it. */
function ToolFields({ name, draft, onChange }: Editing & { name: string }) {
  const { t } = useTranslation('sharing');
  const override = draft.overrides[name];
  const visibility = visibilityOf(override);
  const change = (part: Parameters<typeof withOverride>[2]) => onChange(withOverride(draft, name, part));
  const own = override?.audience?.kind === 'providers' ? override.audience.providers : [];
  return (
    <div className={styles['toolFields']}>
      <Select<ToolVisibility>
        label={t('tool.who', { name })}
        description={visibility === 'server' || visibility === 'nobody' ? undefined : t('tool.seen')}
        options={visibilities.map((value) => ({ value, label: t(`tool.visibility.${value}`) }))}
        value={visibility}
        onChange={(next) => change({ audience: audienceFor(next, own.length > 0 ? own : draft.providers) })}
      />
      {visibility === 'providers' && (
        <ToolProviders
          candidates={draft.kind === 'providers' ? draft.providers : undefined}
          chosen={own}
          onChange={(providers) => change({ audience: { kind: 'providers', providers: [...providers] } })}
        />
      )}
      <TextField
        label={t('tool.note')}
        description={t('tool.noteHelp')}
        value={override?.note ?? ''}
        onChange={(note) => change({ note })}
        rows={2}
        maxLength={600}
      />
      <SealField
        label={t('seal.ofTool', { name })}
        inherited={draft.seal}
        value={override?.seal}
        onChange={(seal) => change({ seal })}
      />
      <TagsField tags={override?.tags ?? []} onChange={(tags) => change({ tags })} />
    </div>
  );
}

/** What is typed is kept as it is, so that a comma can be typed at all. */
function TagsField({ tags, onChange }: { tags: readonly string[]; onChange(tags: string[]): void }) {
  const { t } = useTranslation('sharing');
  const [text, setText] = useState(() => tags.join(', '));
  return (
    <TextField
      label={t('tool.tags')}
      description={t('tool.tagsHelp')}
      value={text}
      onChange={(next) => {
        setText(next);
        onChange(tagsIn(next));
      }}
    />
  );
}

interface ToolProvidersProps {
  /** Those that the server is shared with; absent: everybody who was met. */
  candidates: readonly string[] | undefined;
  chosen: readonly string[];
  onChange(providers: readonly string[]): void;
}

function ToolProviders({ candidates, chosen, onChange }: ToolProvidersProps) {
  const { t } = useTranslation('sharing');
  const peers = usePeers() ?? [];
  const met = peers.flatMap(({ blocked, providerId }) => (providerId && !blocked ? [providerId] : []));
  const ids = [...new Set([...(candidates ?? met), ...chosen])];
  const nameOf = (id: string) =>
    peers.find(({ providerId }) => providerId === id)?.displayName || `${id.slice(0, 12)}…`;
  // Nobody at all is said with “nobody”, not with an empty list.
  return (
    <div role="group" aria-label={t('providers')} className={styles['choices']}>
      {ids.map((id) => (
        <Checkbox
          key={id}
          selected={chosen.includes(id)}
          disabled={chosen.length === 1 && chosen.includes(id)}
          onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id))}
        >
          <bdi>{nameOf(id)}</bdi>
        </Checkbox>
      ))}
    </div>
  );
}
