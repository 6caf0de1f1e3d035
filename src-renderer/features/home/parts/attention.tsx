import { ArrowRight, type LucideIcon, KeyRound, ServerCrash, ShieldAlert, Wrench } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Button } from '../../../ui/button.tsx';
import { RecoveryPhraseDialog, useIdentity } from '../../identity/index.ts';
import { useNodeStatus } from '../../node/index.ts';
import { useServers } from '../../servers/index.ts';
import styles from '../home.module.css';

/** What waits for the operator, most pressing first; nothing is shown when nothing waits. */
export function Attention() {
  const { t } = useTranslation('home');
  const status = useNodeStatus();
  const servers = useServers((state) => state.items);
  const identity = useIdentity((state) => state.identity);
  const [recovering, setRecovering] = useState(false);
  const failed = servers?.filter((server) => server.state === 'failed') ?? [];
  const { changed = 0, pending = 0 } = status?.tools ?? {};
  const items: ReactNode[] = [];
  for (const server of failed) {
    items.push(
      <Item
        key={server.name}
        icon={ServerCrash}
        bad
        action={<Go to={`/servers/${server.name}`}>{t('attention.look')}</Go>}
      >
        {t('attention.failed', { name: server.name })}
      </Item>,
    );
  }
  if (changed > 0)
    items.push(
      <Item
        key="changed"
        icon={ShieldAlert}
        action={<Go to="/catalog/+changed">{t('attention.compare')}</Go>}
      >
        {t('attention.changed', { count: changed })}
      </Item>,
    );
  if (pending > 0)
    items.push(
      <Item key="pending" icon={Wrench} action={<Go to="/catalog/+pending">{t('attention.review')}</Go>}>
        {t('attention.pending', { count: pending })}
      </Item>,
    );
  if (identity && !identity.recoveryPhraseConfirmed)
    items.push(
      <Item
        key="phrase"
        icon={KeyRound}
        action={
          <Button size="small" onPress={() => setRecovering(true)}>
            {t('attention.writeDown')}
          </Button>
        }
      >
        {t('attention.phrase')}
      </Item>,
    );
  return (
    <>
      {items.length > 0 && (
        <section aria-label={t('attention.title')}>
          <ul className={styles['attention']}>{items}</ul>
        </section>
      )}
      <RecoveryPhraseDialog isOpen={recovering} onClose={() => setRecovering(false)} />
    </>
  );
}

function Item({
  icon: Icon,
  bad,
  action,
  children,
}: {
  icon: LucideIcon;
  bad?: boolean;
  action: ReactNode;
  children: ReactNode;
}) {
  return (
    <li className={bad ? styles['bad'] : styles['warn']}>
      <Icon aria-hidden size="1.125rem" />
      <p>{children}</p>
      {action}
    </li>
  );
}

const Go = ({ to, children }: { to: string; children: ReactNode }) => (
  <Link href={to} className={styles['go']}>
    {children}
    <ArrowRight aria-hidden size="1rem" className={styles['arrow']} />
  </Link>
);
