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

/** Matters that have one sentence whatever they are about. */
const plain = {
  'fleet.removed': 'fleetRemoved',
  'identity.phrase': 'phrase',
  'node.clock': 'clock',
} as const;
const isPlain = (kind: AttentionItem['kind']): kind is keyof typeof plain => Object.hasOwn(plain, kind);

function Words({
  item: { kind, subject = '', code, count = 0, due = 0 },
}: {
  item: AttentionItem;
}): ReactNode {
  const { t } = useTranslation('home');
  const format = useFormats();
  if (isPlain(kind)) return t(`attention.${plain[kind]}`);
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
    case 'provider.equivocated':
      return t('attention.equivocated', { name: subject });
    case 'governance.vote':
      return t('attention.vote', { feature: subject });
    case 'governance.activation':
      return t('attention.activation', { feature: subject, when: format.dateTime(due) });
    case 'governance.waiting':
      return t('attention.waiting', { feature: subject });
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

type Way = [to: (item: AttentionItem) => string, label: (typeof ways)[number]];
const ways = [
  'answer',
  'check',
  'compare',
  'data',
  'decide',
  'look',
  'proofs',
  'review',
  'signIn',
  'updateLook',
] as const;

const server = ({ subject = '' }: AttentionItem): string => `/servers/${subject}`;
const proposal = ({ ref = '' }: AttentionItem): string => `/network/protocol/${ref}`;

/** Where it is seen to; the phrase has a dialog of its own. */
const waysOut: Readonly<Record<Exclude<AttentionItem['kind'], 'identity.phrase'>, Way>> = {
  'tools.pending': [() => '/catalog/+pending', 'review'],
  'tools.changed': [() => '/catalog/+changed', 'compare'],
  'tools.lacking': [({ ref = '' }) => `/catalog/${encodeURIComponent(ref)}`, 'look'],
  'server.failed': [server, 'look'],
  'server.login': [server, 'signIn'],
  'access.request': [() => '/access/requests', 'answer'],
  'access.strangers': [() => '/access/requests', 'answer'],
  'fleet.guest': [() => '/network/nodes', 'answer'],
  'fleet.removed': [() => '/network/nodes', 'look'],
  'provider.equivocated': [() => '/network', 'proofs'],
  'governance.vote': [proposal, 'decide'],
  'governance.activation': [proposal, 'decide'],
  'governance.waiting': [proposal, 'decide'],
  'node.clock': [() => '/network/doctor', 'check'],
  'node.storage': [() => '/settings/data', 'data'],
  'update.ready': [() => '/settings/about', 'updateLook'],
};

/** What to do about it. */
function WayOut({ item, onRecover }: { item: AttentionItem; onRecover(): void }): ReactNode {
  const { t } = useTranslation('home');
  if (item.kind === 'identity.phrase')
    return (
      <Button size="small" onPress={onRecover}>
        {t('attention.writeDown')}
      </Button>
    );
  const [to, label] = waysOut[item.kind];
  return <Go to={to(item)}>{t(`attention.${label}`)}</Go>;
}

const Go = ({ to, children }: { to: string; children: ReactNode }) => (
  <Link href={to} className={styles['go']}>
    {children}
    <ArrowRight aria-hidden size="1rem" className={styles['arrow']} />
  </Link>
);
