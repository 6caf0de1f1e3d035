import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DesktopLink, useDesktopState } from '../../../platform/desktop.ts';
import { useFaultText } from '../../../platform/faults.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextField } from '../../../ui/fields.tsx';
import styles from './unlock-form.module.css';

/** Asks for the passphrase of the keys. It goes to the node and nowhere else. */
export function UnlockForm({ link }: { link: DesktopLink }) {
  const { t } = useTranslation('desktop');
  const words = useFaultText();
  const fault = useDesktopState()?.fault;
  const [passphrase, setPassphrase] = useState('');
  const unlock = useCommand((signal) => link.program['desktop.unlock']({ passphrase }, { signal }));
  const wrong = fault?.code === 'keystore.wrong_passphrase' ? words(fault).message : undefined;
  return (
    <EmptyState picture="peers" title={t('gate.locked')}>
      <p>{t('gate.lockedHelp')}</p>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (passphrase !== '') void unlock.run();
        }}
      >
        <TextField
          label={t('gate.passphrase')}
          type="password"
          value={passphrase}
          onChange={setPassphrase}
          error={wrong}
          autoFocus
        />
        <Button type="submit" look="primary" icon={KeyRound} command={unlock}>
          {t('gate.unlock')}
        </Button>
      </form>
    </EmptyState>
  );
}
