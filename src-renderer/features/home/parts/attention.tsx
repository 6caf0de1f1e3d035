import {
  ArrowRight,
  CalendarClock,
  Clock,
  Download,
  HandHelping,
  HeartPulse,
  HardDrive,
  KeyRound,
  LogIn,
  MonitorUp,
  MonitorX,
  type LucideIcon,
  ServerCrash,
  ShieldAlert,
  ToggleRight,
  UserX,
  Vote,
  Wrench,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { AttentionItem } from '#shared/features/node/attention.ts';
import { useFaultText } from '../../../platform/faults.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Button } from '../../../ui/button.tsx';
import { RecoveryPhraseDialog } from '../../identity/index.ts';
import { useAttention } from '../../node/index.ts';
import styles from '../home.module.css';

const icons: Record<AttentionItem['kind'], LucideIcon> = {
  'tools.pending': Wrench,
  'tools.changed': ShieldAlert,
  'server.failed': ServerCrash,
  'server.login': LogIn,
  'access.request': HandHelping,
  'access.strangers': HandHelping,
  'tools.lacking': HeartPulse,
  'fleet.guest': MonitorUp,
  'fleet.removed': MonitorX,
  'provider.equivocated': UserX,
  'governance.vote': Vote,
  'governance.activation': CalendarClock,
  'governance.waiting': ToggleRight,
  'identity.phrase': KeyRound,
  'node.clock': Clock,
  'node.storage': HardDrive,
  'update.ready': Download,
};

/** More than this at once is a wall, not a list; the rest is behind a button. */
const SHOWN_AT_FIRST = 5;

/** What waits for the operator, most pressing first; nothing is shown when nothing waits. */
export function Attention() {
  const { t } = useTranslation('home');
  const items = useAttention() ?? [];
  const [all, setAll] = useState(false);
  const [recovering, setRecovering] = useState(false);
  // A button in the place of one single line would save nothing.
  const isShort = items.length <= SHOWN_AT_FIRST + 1;
  const shown = all || isShort ? items : items.slice(0, SHOWN_AT_FIRST);
  const hidden = items.length - shown.length;
  return (
    <>
      {items.length > 0 && (
        <section aria-label={t('attention.title')} className={styles['attentions']}>
          <ul className={styles['attention']}>
            {shown.map((item) => (
              <Matter key={item.id} item={item} onRecover={() => setRecovering(true)} />
            ))}
          </ul>
          {hidden > 0 && (
            <Button size="small" onPress={() => setAll(true)}>
              {t('attention.more', { count: hidden })}
            </Button>
          )}
        </section>
      )}
      <RecoveryPhraseDialog isOpen={recovering} onClose={() => setRecovering(false)} />
    </>
  );
}

function Matter({ item, onRecover }: { item: AttentionItem; onRecover(): void }) {
  const Icon = icons[item.kind];
  return (
    <li className={styles[item.level]}>
      <Icon aria-hidden size="1.125rem" />
      <p>
        <Words item={item} />
      </p>
      <WayOut item={item} onRecover={onRecover} />
    </li>
  );
}

function Words({
  item: { kind, subject = '', code, count = 0, due = 0 },
}: {
  item: AttentionItem;
}): ReactNode {
  const { t } = useTranslation('home');
  const format = useFormats();
  switch (kind) {
    case 'tools.pending':
      return t('attention.pending', { count });
    case 'tools.changed':
      return t('attention.changed', { count });
    case 'tools.lacking':
      return t('attention.lacking', { name: subject, count });
    case 'server.failed':
      return t('attention.failed', { name: subject });
    case 'server.login':
      return t('attention.login', { name: subject });
    case 'access.request':
      return t('attention.request', { name: subject, count });
    case 'access.strangers':
      return t('attention.strangers', { count });
    case 'fleet.guest':
      return t('attention.fleetGuest', { name: subject });
    case 'fleet.removed':
      return t('attention.fleetRemoved');
    case 'provider.equivocated':
      return t('attention.equivocated', { name: subject });
    case 'governance.vote':
      return t('attention.vote', { feature: subject });
    case 'governance.activation':
      return t('attention.activation', { feature: subject, when: format.dateTime(due) });
    case 'governance.waiting':
      return t('attention.waiting', { feature: subject });
    case 'identity.phrase':
      return t('attention.phrase');
    case 'node.clock':
      return t('attention.clock');
    case 'node.storage':
      return <StorageWords code={code} />;
    case 'update.ready':
      return t('attention.update', { version: subject });
  }
}

function StorageWords({ code = '' }: { code: string | undefined }): ReactNode {
  const { t } = useTranslation('home');
  const faultText = useFaultText();
  switch (code) {
    case 'storage.unreadable':
      return t('attention.storageUnreadable');
    case 'storage.low':
      return t('attention.storageLow');
    case 'storage.full':
      return t('attention.storageFull');
    default:
      return faultText({ code, message: t('attention.storageUnreadable'), advice: '' }).message;
  }
}

/** What to do about it. */
function WayOut({ item, onRecover }: { item: AttentionItem; onRecover(): void }): ReactNode {
  const { t } = useTranslation('home');
  switch (item.kind) {
    case 'tools.pending':
      return <Go to="/catalog/+pending">{t('attention.review')}</Go>;
    case 'tools.changed':
      return <Go to="/catalog/+changed">{t('attention.compare')}</Go>;
    case 'tools.lacking':
      return <Go to={`/catalog/${encodeURIComponent(item.ref ?? '')}`}>{t('attention.look')}</Go>;
    case 'server.failed':
      return <Go to={`/servers/${item.subject ?? ''}`}>{t('attention.look')}</Go>;
    case 'server.login':
      return <Go to={`/servers/${item.subject ?? ''}`}>{t('attention.signIn')}</Go>;
    case 'access.request':
    case 'access.strangers':
      return <Go to="/access/requests">{t('attention.answer')}</Go>;
    case 'fleet.guest':
    case 'fleet.removed':
      return (
        <Go to="/network/nodes">{t(item.kind === 'fleet.guest' ? 'attention.answer' : 'attention.look')}</Go>
      );
    case 'provider.equivocated':
      return <Go to="/network">{t('attention.proofs')}</Go>;
    case 'governance.vote':
    case 'governance.activation':
    case 'governance.waiting':
      return <Go to={`/network/protocol/${item.ref ?? ''}`}>{t('attention.decide')}</Go>;
    case 'identity.phrase':
      return (
        <Button size="small" onPress={onRecover}>
          {t('attention.writeDown')}
        </Button>
      );
    case 'node.clock':
      return <Go to="/network/doctor">{t('attention.check')}</Go>;
    case 'node.storage':
      return <Go to="/settings/data">{t('attention.data')}</Go>;
    case 'update.ready':
      return <Go to="/settings/about">{t('attention.updateLook')}</Go>;
  }
}

const Go = ({ to, children }: { to: string; children: ReactNode }) => (
  <Link href={to} className={styles['go']}>
    {children}
    <ArrowRight aria-hidden size="1rem" className={styles['arrow']} />
  </Link>
);
