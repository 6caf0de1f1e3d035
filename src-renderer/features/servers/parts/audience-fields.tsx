import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { MAX_DEPTH } from '#shared/features/access/depth.ts';
import type { NetworkItem } from '#shared/features/p2p/networks.ts';
import { isProviderId } from '#shared/kernel/ids.ts';
import { Button } from '../../../ui/button.tsx';
import { ChoiceCards } from '../../../ui/choice-cards.tsx';
import { Checkbox, Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useNetworkName } from '../../network/index.ts';
import { usePeers } from '../../peers/index.ts';
import { DepthField } from '../../resharing/index.ts';
import { concernsEveryone, LISTINGS, type ShareDraft } from '../sharing.ts';
import styles from './share-dialog.module.css';

const kinds = ['providers', 'known', 'everyone', 'grants'] as const;

export interface AudienceFieldsProps {
  server: ServerView;
  draft: ShareDraft;
  /** The networks that this node is in. */
  networks: readonly NetworkItem[];
  onChange(draft: ShareDraft): void;
}

/** Who may call the server at all. */
export function AudienceFields({ server, draft, networks, onChange }: AudienceFieldsProps) {
  const { t } = useTranslation('sharing');
  const account = server.logins?.find(({ state }) => state === 'signed_in' || state === 'step_up');
  return (
    <>
      <ChoiceCards
        label={t('with')}
        choices={kinds.map((value) => ({
          value,
          label: t(`kind.${value}.name`),
          help: t(`kind.${value}.help`),
        }))}
        value={draft.kind}
        onChange={(kind) => onChange({ ...draft, kind })}
      />
      {draft.kind === 'providers' && (
        <ProviderPicker
          label={t('providers')}
          chosen={draft.providers}
          onChange={(providers) => onChange({ ...draft, providers })}
        />
      )}
      {LISTINGS[draft.kind].length > 0 && <ListedForField draft={draft} onChange={onChange} />}
      {concernsEveryone(draft) && networks.length > 1 && (
        <NetworkPicker
          networks={networks}
          chosen={draft.networks ?? []}
          onChange={(chosen) => onChange({ ...draft, networks: chosen })}
        />
      )}
      <DepthField most={MAX_DEPTH} value={draft.depth} onChange={(depth) => onChange({ ...draft, depth })} />
      {draft.kind === 'everyone' && <Note tone="warn">{t('warning')}</Note>}
      {account && (
        <Note tone="warn">
          {t('asYou', { name: server.name, account: account.account ?? account.issuer ?? '' })}
        </Note>
      )}
    </>
  );
}

/** Who finds it and can ask for access, beside those who may call it. */
function ListedForField({ draft, onChange }: Pick<AudienceFieldsProps, 'draft' | 'onChange'>) {
  const { t } = useTranslation('sharing');
  const { listedFor } = draft;
  const kinds = LISTINGS[draft.kind];
  const named = listedFor?.kind === 'providers' ? (['providers'] as const) : [];
  const chosen = listedFor?.kind ?? 'nobody';
  return (
    <Select
      label={t('listed.label')}
      description={t('listed.help')}
      options={[...kinds, ...named].map((value) => ({ value, label: t(`listed.${value}`) }))}
      value={[...kinds, ...named].some((kind) => kind === chosen) ? chosen : 'nobody'}
      onChange={(kind) =>
        onChange({
          ...draft,
          listedFor: kind === 'nobody' ? undefined : kind === 'providers' ? listedFor : { kind },
        })
      }
    />
  );
}

/** What is shared in one network is not known in another: each is said yes to by itself. */
function NetworkPicker(props: {
  networks: readonly NetworkItem[];
  chosen: readonly string[];
  onChange(ids: string[]): void;
}) {
  const { t } = useTranslation('sharing');
  const { chosen, networks, onChange } = props;
  const nameOf = useNetworkName();
  return (
    <fieldset className={styles['picker']}>
      <legend>{t('networks.label')}</legend>
      {networks.map((network) => (
        <Checkbox
          key={network.id}
          selected={chosen.includes(network.id)}
          onChange={(on) =>
            onChange(on ? [...chosen, network.id] : chosen.filter((other) => other !== network.id))
          }
        >
          <bdi>{nameOf(network)}</bdi>
        </Checkbox>
      ))}
      <p>{t('networks.help')}</p>
    </fieldset>
  );
}

/** Providers that were met, those that were chosen before, and any other by its id. */
function ProviderPicker(props: { label: string; chosen: readonly string[]; onChange(ids: string[]): void }) {
  const { t } = useTranslation('sharing');
  const { chosen, label, onChange } = props;
  const peers = usePeers() ?? [];
  const names = new Map(
    peers.flatMap((peer) => (peer.providerId && !peer.blocked ? [[peer.providerId, peer.displayName]] : [])),
  );
  for (const id of chosen) if (!names.has(id)) names.set(id, undefined);
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  return (
    <fieldset className={styles['picker']}>
      <legend>{label}</legend>
      <div className={styles['scroll']}>
        {[...names].map(([id, name]) => (
          <Checkbox
            key={id}
            selected={chosen.includes(id)}
            onChange={(on) => toggle(id, on)}
            description={<code dir="ltr">{id}</code>}
          >
            {name || t('nameless')}
          </Checkbox>
        ))}
      </div>
      <ById onAdd={(id) => chosen.includes(id) || toggle(id, true)} />
    </fieldset>
  );
}

function ById({ onAdd }: { onAdd(id: string): void }) {
  const { t } = useTranslation('sharing');
  const [typed, setTyped] = useState('');
  const wrong = typed !== '' && !isProviderId(typed.trim());
  return (
    <div className={styles['add']}>
      <TextField
        label={t('byId')}
        placeholder="z6Mk…"
        value={typed}
        onChange={setTyped}
        code
        error={wrong ? t('badId') : undefined}
      />
      <Button
        isDisabled={typed === '' || wrong}
        onPress={() => {
          onAdd(typed.trim());
          setTyped('');
        }}
      >
        {t('addId')}
      </Button>
    </div>
  );
}
