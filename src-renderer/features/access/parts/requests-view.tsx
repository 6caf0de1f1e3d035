import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { AccessRequestView } from '#shared/features/access/grants-contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useProviderNames } from '../../peers/index.ts';
import styles from '../access.module.css';
import { acceptPath } from '../address.ts';
import { draftOf, emptyGrant } from '../rules.ts';
import { useAccessQuery } from '../use-access.ts';
import { GiveDialog } from './give-dialog.tsx';
import { useMore } from './use-more.tsx';

/** Requests for access: of others here, and of this node elsewhere. */
export function RequestsView({ accepting }: { accepting: number | undefined }) {
  const { t } = useTranslation('access');
  const [, go] = useLocation();
  const { data, fault, reload } = useAccessQuery((node, signal) => node['access.requests']({}, { signal }));
  const [declining, setDeclining] = useState<AccessRequestView>();
  if (!data) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  const here = data.items.filter(({ side }) => side === 'here');
  const elsewhere = data.items.filter(({ side }) => side === 'elsewhere');
  const accepted = here.find(({ id }) => id === accepting);
  return (
    <div className={styles['cards']}>
      <Card
        title={t('requests.here')}
        lead={
          <>
            {t('requests.hereLead')} <Link href="/settings/network">{t('requests.setting')}</Link>
          </>
        }
      >
        <Requests
          label={t('requests.here')}
          none={t('requests.noneHere')}
          items={here}
          onDecline={setDeclining}
        />
      </Card>
      <Card title={t('requests.elsewhere')} lead={t('requests.elsewhereLead')}>
        <Requests label={t('requests.elsewhere')} none={t('requests.noneElsewhere')} items={elsewhere} />
      </Card>
      <GiveDialog
        key={accepted?.id}
        isOpen={accepted?.state === 'open'}
        request={accepted}
        start={accepted ? draftOf(accepted) : emptyGrant}
        onClose={() => go('/access/requests')}
        onDone={reload}
      />
      <DeclineDialog request={declining} onClose={() => setDeclining(undefined)} onDone={reload} />
    </div>
  );
}

interface RequestsProps {
  label: string;
  none: string;
  items: readonly AccessRequestView[];
  onDecline?(request: AccessRequestView): void;
}

/** What waits for an answer first. */
function Requests({ label, none, items, onDecline }: RequestsProps) {
  const waiting = items.toSorted(
    (a, b) => Number(b.state === 'open') - Number(a.state === 'open') || b.at - a.at,
  );
  const { more, shown } = useMore(waiting);
  if (items.length === 0) return <p className={styles['soft']}>{none}</p>;
  return (
    <>
      <List label={label}>
        {shown.map((request) => (
          <RequestRow key={request.id} request={request} onDecline={onDecline} />
        ))}
      </List>
      {more}
    </>
  );
}

const tones: Record<AccessRequestView['state'], Tone> = { open: 'waiting', declined: 'off', granted: 'ok' };

interface RequestRowProps {
  request: AccessRequestView;
  onDecline: ((request: AccessRequestView) => void) | undefined;
}

function RequestRow({ request, onDecline }: RequestRowProps) {
  const { t } = useTranslation('access');
  const [, go] = useLocation();
  const name = useProviderNames()(request.provider, request.providerName);
  const { side, state } = request;
  return (
    <ListRow
      title={<bdi>{name}</bdi>}
      sub={<RequestWords request={request} />}
      states={<Badge tone={tones[state]}>{t(`request.${side}.${state}`)}</Badge>}
      actions={
        onDecline &&
        state === 'open' && (
          <>
            <Button
              size="small"
              look="primary"
              icon={Check}
              aria-label={`${t('accept.open')}: ${name}`}
              onPress={() => go(acceptPath(request.id))}
            >
              {t('accept.open')}
            </Button>
            <Button
              size="small"
              look="quiet"
              icon={X}
              aria-label={`${t('decline.open')}: ${name}`}
              onPress={() => onDecline(request)}
            >
              {t('decline.open')}
            </Button>
          </>
        )
      }
    />
  );
}

/** What is asked for, when, and with which words: strangers wrote them. */
function RequestWords({ request: { at, server, tools, words } }: { request: AccessRequestView }) {
  const { t } = useTranslation('access');
  const format = useFormats();
  const { clock } = useNodeLink();
  return (
    <>
      <bdi dir="ltr">{server}</bdi> · <bdi>{tools.length > 0 ? format.list(tools) : t('tools.asked')}</bdi> ·{' '}
      <bdi>{format.ago(at, clock.now())}</bdi>
      {words && (
        <span dir="auto" className={styles['quote']}>
          {words}
        </span>
      )}
    </>
  );
}

interface DeclineDialogProps {
  request: AccessRequestView | undefined;
  onClose(): void;
  onDone(): void;
}

function DeclineDialog({ request, onClose, onDone }: DeclineDialogProps) {
  const { t } = useTranslation('access');
  const node = useNode();
  const toasts = useToasts();
  const nameOf = useProviderNames();
  if (!request) return null;
  const { id, provider, providerName, server } = request;
  const name = nameOf(provider, providerName);
  return (
    <ConfirmDialog
      isOpen
      title={t('decline.title', { name, server })}
      confirmLabel={t('decline.open')}
      onClose={onClose}
      onConfirm={async () => {
        await node['access.decline']({ id });
        toasts.say(t('decline.done', { name }));
        onDone();
      }}
    >
      <p>{t('decline.words')}</p>
    </ConfirmDialog>
  );
}
