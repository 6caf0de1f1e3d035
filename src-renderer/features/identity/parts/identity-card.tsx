import { KeyRound, Pencil } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../ui/badge.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card, Facts, Inline, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { type Identity, useIdentity } from '../store.ts';
import { DisplayNameDialog, RecoveryPhraseDialog } from './dialogs.ts';

/** The operator's own identity: what peers see, and the one thing that must not be lost. */
export function IdentityCard() {
  const { t } = useTranslation('identity');
  const identity = useIdentity((state) => state.identity);
  const fault = useIdentity((state) => state.fault);
  return (
    <Card title={t('title')} lead={t('lead')}>
      {identity ? (
        <Known identity={identity} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
    </Card>
  );
}

function Known({ identity }: { identity: Identity }) {
  const { t } = useTranslation('identity');
  const [naming, setNaming] = useState(false);
  const [recovering, setRecovering] = useState(false);
  const name = identity.profile.displayName;
  return (
    <Stack>
      <CopyField label={t('providerId')} value={identity.providerId} />
      <Facts
        items={[
          {
            label: t('displayName'),
            value: (
              <Inline>
                <span>{name || t('nameless')}</span>
                <IconButton icon={Pencil} label={t('rename')} onPress={() => setNaming(true)} />
              </Inline>
            ),
          },
          {
            label: t('recoveryPhrase'),
            value: (
              <Inline>
                {identity.recoveryPhraseConfirmed ? (
                  <Badge tone="ok">{t('phrase.confirmed')}</Badge>
                ) : (
                  <Badge tone="warn">{t('phrase.unconfirmed')}</Badge>
                )}
                <Button size="small" icon={KeyRound} onPress={() => setRecovering(true)}>
                  {t('phrase.open')}
                </Button>
              </Inline>
            ),
          },
        ]}
      />
      <DisplayNameDialog isOpen={naming} onClose={() => setNaming(false)} name={name} />
      <RecoveryPhraseDialog isOpen={recovering} onClose={() => setRecovering(false)} />
    </Stack>
  );
}
