import { KeyRound, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientView } from '#shared/features/clients/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { TokenDialog } from './token-dialog.tsx';

/** Tokens of clients that connect over HTTP: made, seen once, revoked. */
export function TokensCard() {
  const { t } = useTranslation('clients');
  const { data, fault, reload } = useQuery((node, signal) => node['clients.list']({}, { signal }), []);
  const [making, setMaking] = useState(false);
  return (
    <Card
      title={t('tokens.title')}
      lead={t('tokens.lead')}
      actions={
        <Button size="small" icon={KeyRound} onPress={() => setMaking(true)}>
          {t('tokens.create')}
        </Button>
      }
    >
      {data ? (
        <Tokens tokens={data.items} onChanged={reload} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('tokens.reading')} />
      )}
      <TokenDialog isOpen={making} onClose={() => setMaking(false)} onMade={reload} />
    </Card>
  );
}

function Tokens({ tokens, onChanged }: { tokens: readonly ClientView[]; onChanged(): void }) {
  const { t } = useTranslation('clients');
  const node = useNode();
  const toasts = useToasts();
  const [asking, setAsking] = useState<ClientView>();
  const { id = '', name = '' } = asking ?? {};
  if (tokens.length === 0) return <p>{t('tokens.none')}</p>;
  return (
    <>
      <List label={t('tokens.title')}>
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={() => setAsking(token)} />
        ))}
      </List>
      <ConfirmDialog
        title={t('tokens.revokeTitle', { name })}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('tokens.revoke')}
        onConfirm={async () => {
          await node['clients.revoke']({ id });
          toasts.say(t('tokens.revoked', { name }));
          onChanged();
        }}
      >
        <p>{t('tokens.revokeWords')}</p>
      </ConfirmDialog>
    </>
  );
}

function TokenRow({ token, onRevoke }: { token: ClientView; onRevoke(): void }) {
  const { t } = useTranslation('clients');
  const format = useFormats();
  const { clock } = useNodeLink();
  const { name, profile, scope, createdAt, expiresAt, lastUsedAt } = token;
  const when = (at: number) => format.when(at, clock.now());
  const facts = [
    ...(profile === 'default' ? [] : [t('now.profile', { profile })]),
    ...(scope === 'call' ? [] : [t(`tokens.scope.${scope}`)]),
    t('tokens.created', { time: when(createdAt) }),
    lastUsedAt === undefined ? t('tokens.unused') : t('tokens.used', { time: when(lastUsedAt) }),
    ...(expiresAt === undefined
      ? []
      : [t(expiresAt <= clock.now() ? 'tokens.ended' : 'tokens.ends', { time: when(expiresAt) })]),
  ];
  return (
    <ListRow
      title={<bdi>{name}</bdi>}
      sub={facts.join(' · ')}
      actions={
        <Button
          size="small"
          look="quiet"
          icon={Trash2}
          aria-label={`${t('tokens.revoke')}: ${name}`}
          onPress={onRevoke}
        >
          {t('tokens.revoke')}
        </Button>
      }
    />
  );
}
