import { KeyRound, LockKeyhole, RefreshCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card, Facts, Inline } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { type Identity, useIdentity } from '../store.ts';
import { PassphraseDialog } from './passphrase-dialog.tsx';
import { RecoveryPhraseDialog } from './recovery-phrase-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';

/** The keys of this node and how they are kept safe. */
export function KeysCard() {
  const { t } = useTranslation('identity');
  const identity = useIdentity((state) => state.identity);
  const fault = useIdentity((state) => state.fault);
  return (
    <Card title={t('keys.title')} lead={t('keys.lead')}>
      {identity ? (
        <Keys identity={identity} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
    </Card>
  );
}

type Open = 'phrase' | 'passphrase' | 'rotate';

function Keys({ identity }: { identity: Identity }) {
  const { t } = useTranslation('identity');
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const locked = identity.passphraseProtected;
  const written = identity.recoveryPhraseConfirmed;
  return (
    <>
      <Facts
        items={[
          {
            label: t('recoveryPhrase'),
            value: (
              <Inline>
                <Badge tone={written ? 'ok' : 'warn'}>
                  {t(written ? 'phrase.confirmed' : 'phrase.unconfirmed')}
                </Badge>
                <Button size="small" icon={KeyRound} onPress={() => setOpen('phrase')}>
                  {t('phrase.open')}
                </Button>
              </Inline>
            ),
          },
          {
            label: t('passphrase.label'),
            value: (
              <Inline>
                <Badge tone={locked ? 'ok' : 'idle'}>
                  {t(locked ? 'passphrase.set' : 'passphrase.unset')}
                </Badge>
                <Button size="small" icon={LockKeyhole} onPress={() => setOpen('passphrase')}>
                  {t(locked ? 'passphrase.change' : 'passphrase.add')}
                </Button>
              </Inline>
            ),
          },
          {
            label: t('providerId'),
            value: (
              <Inline>
                <code dir="ltr">{identity.providerId}</code>
                <Button size="small" icon={RefreshCcw} onPress={() => setOpen('rotate')}>
                  {t('rotate.open')}
                </Button>
              </Inline>
            ),
          },
          identity.rotatedFrom.length > 0 && {
            label: t('rotate.earlier'),
            value: <code dir="ltr">{identity.rotatedFrom.join(' ')}</code>,
          },
        ]}
      />
      <RecoveryPhraseDialog isOpen={open === 'phrase'} onClose={close} />
      {open === 'passphrase' && <PassphraseDialog locked={locked} onClose={close} />}
      {open === 'rotate' && <RotateDialog locked={locked} onClose={close} />}
    </>
  );
}
