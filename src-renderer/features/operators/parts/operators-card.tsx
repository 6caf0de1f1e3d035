import { Link2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorEntry } from '#shared/features/node/operators.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useRefusal } from '../../../platform/operator.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { LinkDialog } from './link-dialog.tsx';

/** Everybody who can operate this node, and a link for one more. */
export function OperatorsCard({ me }: { me: string | undefined }) {
  const { t } = useTranslation('operators');
  const [making, setMaking] = useState(false);
  const refusal = useRefusal('node.openLink');
  const { data, fault, reload } = useQuery((node, signal) => node['operators.list']({}, { signal }), []);
  return (
    <Card
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button
          size="small"
          icon={Link2}
          command={{ pending: false, refusal }}
          onPress={() => setMaking(true)}
        >
          {t('link.open')}
        </Button>
      }
    >
      {data ? (
        <Operators items={data.items} me={me} onChanged={reload} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
      <LinkDialog isOpen={making} onClose={() => setMaking(false)} onMade={reload} />
    </Card>
  );
}

interface OperatorsProps {
  items: readonly OperatorEntry[];
  me: string | undefined;
  onChanged(): void;
}

function Operators({ items, me, onChanged }: OperatorsProps) {
  const { t } = useTranslation('operators');
  const node = useNode();
  const toasts = useToasts();
  const nameOf = useNameOf();
  const [asking, setAsking] = useState<OperatorEntry>();
  const name = asking ? nameOf(asking) : '';
  if (items.length === 0) return <p>{t('none')}</p>;
  return (
    <>
      <List label={t('title')}>
        {items.map((entry) => (
          <OperatorRow
            key={entry.id}
            entry={entry}
            isMe={entry.id === me}
            onRevoke={() => setAsking(entry)}
          />
        ))}
      </List>
      <ConfirmDialog
        title={t('revoke.title', { name })}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('revoke.confirm')}
        onConfirm={async () => {
          await node['operators.revoke']({ id: asking?.id ?? '' });
          toasts.say(t('revoke.done', { name }));
          onChanged();
        }}
      >
        <p>{t(asking?.id === me ? 'revoke.wordsMe' : 'revoke.words')}</p>
      </ConfirmDialog>
    </>
  );
}

/** What was made without a name is called by what it is. */
function useNameOf(): (entry: OperatorEntry) => string {
  const { t } = useTranslation('operators');
  return ({ kind, name }) => name || t(`kind.${kind}`);
}

interface OperatorRowProps {
  entry: OperatorEntry;
  isMe: boolean;
  onRevoke(): void;
}

function OperatorRow({ entry, isMe, onRevoke }: OperatorRowProps) {
  const { t } = useTranslation('operators');
  const format = useFormats();
  const { clock } = useNodeLink();
  const title = useNameOf()(entry);
  const { createdAt, expiresAt, kind, lastUsedAt, name, role } = entry;
  const when = (at: number) => format.when(at, clock.now());
  const facts = [
    t(`role.${role}`),
    ...(name ? [t(`kind.${kind}`)] : []),
    t('created', { time: when(createdAt) }),
    ...(kind === 'link'
      ? []
      : [lastUsedAt === undefined ? t('unused') : t('used', { time: when(lastUsedAt) })]),
    ...(expiresAt === undefined ? [] : [t('ends', { time: when(expiresAt) })]),
    ...(isMe ? [t('you')] : []),
  ];
  return (
    <ListRow
      title={<bdi>{title}</bdi>}
      sub={facts.join(' · ')}
      actions={
        <Button
          size="small"
          look="quiet"
          icon={Trash2}
          aria-label={`${t('revoke.confirm')}: ${title}`}
          onPress={onRevoke}
        >
          {t('revoke.confirm')}
        </Button>
      }
    />
  );
}
