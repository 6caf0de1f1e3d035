import { Eraser, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { ProposalView } from '#shared/features/governance/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { Inline } from '../../../ui/page.tsx';
import styles from '../governance.module.css';

/** What only the node that proposed it can do. */
export function OwnProposal({ proposal: { feature, id, text } }: { proposal: ProposalView }) {
  const { t } = useTranslation('governance');
  const node = useNode();
  const [, go] = useLocation();
  const [asking, setAsking] = useState<'erase' | 'withdraw'>();
  const close = () => setAsking(undefined);
  return (
    <section className={styles['part']} aria-label={t('own.title')}>
      <h3>{t('own.title')}</h3>
      <Inline>
        {text !== '' && (
          <Button size="small" icon={Eraser} onPress={() => setAsking('erase')}>
            {t('own.erase')}
          </Button>
        )}
        <Button size="small" look="danger" icon={Trash2} onPress={() => setAsking('withdraw')}>
          {t('own.withdraw')}
        </Button>
      </Inline>
      <ConfirmDialog
        title={t('own.eraseTitle', { feature })}
        isOpen={asking === 'erase'}
        onClose={close}
        confirmLabel={t('own.eraseConfirm')}
        onConfirm={() => node['governance.eraseText']({ id })}
      >
        <p>{t('own.eraseWords')}</p>
      </ConfirmDialog>
      <ConfirmDialog
        title={t('own.withdrawTitle', { feature })}
        isOpen={asking === 'withdraw'}
        onClose={close}
        confirmLabel={t('own.withdrawConfirm')}
        onConfirm={async () => {
          await node['governance.withdraw']({ id });
          go('/network/protocol');
        }}
      >
        <p>{t('own.withdrawWords')}</p>
      </ConfirmDialog>
    </section>
  );
}
