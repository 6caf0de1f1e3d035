import { Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HeldGrantView, MadeGrantView } from '#shared/features/access/grants-contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { SearchField } from '../../../ui/fields.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useProviderNames } from '../../peers/index.ts';
import styles from '../access.module.css';
import { useAccessQuery } from '../use-access.ts';
import { GrantFacts } from './grant-facts.tsx';
import { ResharesCard } from './reshares-card.tsx';
import { useMore } from './use-more.tsx';

type Grant = MadeGrantView | HeldGrantView;

/** Grants of this node to others, and of others to this provider. */
export function GrantsView() {
  const { t } = useTranslation('access');
  const { data, fault, reload } = useAccessQuery((node, signal) => node['access.grants']({}, { signal }));
  const [revoking, setRevoking] = useState<MadeGrantView>();
  const [opened, setOpened] = useState<Grant>();
  if (!data) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  return (
    <div className={styles['cards']}>
      <Card title={t('grants.made')} lead={t('grants.madeLead')}>
        <Grants
          label={t('grants.made')}
          grants={data.made}
          none={t('grants.noneMade')}
          onOpen={setOpened}
          onRevoke={setRevoking}
        />
      </Card>
      <Card title={t('grants.held')} lead={t('grants.heldLead')}>
        <Grants label={t('grants.held')} grants={data.held} none={t('grants.noneHeld')} onOpen={setOpened} />
      </Card>
      <ResharesCard />
      <RevokeDialog grant={revoking} onClose={() => setRevoking(undefined)} onDone={reload} />
      <GrantDialog grant={opened} onClose={() => setOpened(undefined)} />
    </div>
  );
}

/** More than these get a field that looks for them. */
const FEW = 8;

interface GrantsProps {
  label: string;
  grants: readonly Grant[];
  none: string;
  onOpen(grant: Grant): void;
  onRevoke?(grant: MadeGrantView): void;
}

function Grants({ label, grants, none, onOpen, onRevoke }: GrantsProps) {
  const { t } = useTranslation('access');
  const nameOf = usePartyName();
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = grants.filter((grant) =>
    [nameOf(grant), grant.server, ...(grant.tools ?? []), 'note' in grant ? grant.note : '']
      .join('\n')
      .toLowerCase()
      .includes(wanted),
  );
  const { more, shown } = useMore(found);
  if (grants.length === 0) return <p className={styles['soft']}>{none}</p>;
  return (
    <>
      {grants.length > FEW && <SearchField label={t('filter')} value={text} onChange={setText} />}
      {found.length === 0 ? (
        <p>{t('noneFound')}</p>
      ) : (
        <List label={label}>
          {shown.map((grant) => (
            <GrantRow key={grant.id} grant={grant} onOpen={() => onOpen(grant)} onRevoke={onRevoke} />
          ))}
        </List>
      )}
      {more}
    </>
  );
}

const tones: Record<MadeGrantView['state'], Tone> = {
  active: 'ok',
  expired: 'idle',
  revoked: 'off',
  spent: 'warn',
};

interface GrantRowProps {
  grant: Grant;
  onOpen(): void;
  onRevoke: ((grant: MadeGrantView) => void) | undefined;
}

function GrantRow({ grant, onOpen, onRevoke }: GrantRowProps) {
  const { t } = useTranslation('access');
  const nameOf = usePartyName();
  const facts = useGrantFacts(grant);
  const { state } = grant;
  const made = 'used' in grant ? grant : undefined;
  const name = nameOf(grant);
  return (
    <ListRow
      title={<bdi>{name}</bdi>}
      sub={facts}
      states={<Badge tone={tones[state]}>{t(`state.${state}`)}</Badge>}
      actions={
        <>
          <Button size="small" look="quiet" aria-label={`${t('grants.open')}: ${name}`} onPress={onOpen}>
            {t('grants.open')}
          </Button>
          {made && onRevoke && (state === 'active' || state === 'spent') && (
            <Button
              size="small"
              icon={Trash2}
              aria-label={`${t('revoke.open')}: ${name}`}
              onPress={() => onRevoke(made)}
            >
              {t('revoke.open')}
            </Button>
          )}
        </>
      }
    />
  );
}

/** Server, tools, use and end of a grant in one line. */
function useGrantFacts(grant: Grant): ReactNode {
  const { t } = useTranslation('access');
  const format = useFormats();
  const { clock } = useNodeLink();
  const { args, calls, expiresAt, server, tools } = grant;
  const words: Array<string | false> = [
    tools ? format.list(tools) : t('tools.shared'),
    'used' in grant &&
      (calls === undefined
        ? t('calls.used', { count: grant.used })
        : t('calls.usedOf', { count: calls, used: grant.used })),
    !('used' in grant) && calls !== undefined && t('calls.most', { count: calls }),
    args !== undefined && t('constrained'),
    'lastUsedAt' in grant &&
      grant.lastUsedAt !== undefined &&
      t('used.last', { when: format.ago(grant.lastUsedAt, clock.now()) }),
    t(expiresAt > clock.now() ? 'ends' : 'ended', { date: format.date(expiresAt) }),
  ];
  return (
    <>
      <bdi dir="ltr">{server}</bdi>
      {words.filter(Boolean).map((word) => (
        <span key={String(word)}>
          {' · '}
          <bdi>{word}</bdi>
        </span>
      ))}
    </>
  );
}

/** Whom a grant was given to, or who gave it. */
function usePartyName(): (grant: Grant) => string {
  const nameOf = useProviderNames();
  return (grant) =>
    'to' in grant ? nameOf(grant.to, grant.toName) : nameOf(grant.provider, grant.providerName);
}

function GrantDialog({ grant, onClose }: { grant: Grant | undefined; onClose(): void }) {
  const { t } = useTranslation('access');
  const format = useFormats();
  const nameOf = usePartyName();
  if (!grant) return null;
  return (
    <Dialog isOpen title={t('grants.title', { name: nameOf(grant), server: grant.server })} onClose={onClose}>
      <p>{grant.tools ? format.list(grant.tools) : t('tools.shared')}</p>
      <GrantFacts grant={grant} />
    </Dialog>
  );
}

interface RevokeDialogProps {
  grant: MadeGrantView | undefined;
  onClose(): void;
  onDone(): void;
}

function RevokeDialog({ grant, onClose, onDone }: RevokeDialogProps) {
  const { t } = useTranslation('access');
  const node = useNode();
  const toasts = useToasts();
  const nameOf = useProviderNames();
  if (!grant) return null;
  const { id, server, to, toName } = grant;
  const who = nameOf(to, toName);
  return (
    <ConfirmDialog
      isOpen
      title={t('revoke.title', { who, server })}
      confirmLabel={t('revoke.open')}
      onClose={onClose}
      onConfirm={async () => {
        await node['access.revoke']({ id });
        toasts.say(t('revoke.done', { who, server }));
        onDone();
      }}
    >
      <p>{t('revoke.words')}</p>
    </ConfirmDialog>
  );
}
