import { Eye } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DesktopClient } from '#shared/features/desktop/contract.ts';
import type { KeychainView } from '#shared/features/desktop/system.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Switch, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Inline } from '../../../ui/page.tsx';
import { keychainName, keychainWords } from '../system-rules.ts';

export interface KeychainSettingProps {
  keychain: KeychainView;
  program: DesktopClient;
}

/** Whether the system protects the keys, said as it is: a store that protects nothing is never offered. */
export function KeychainSetting({ keychain, program }: KeychainSettingProps) {
  const { t } = useTranslation(['desktop', 'common']);
  const [asking, setAsking] = useState(false);
  const change = useCommand(async (signal, on: boolean) => {
    await program['desktop.setKeychain']({ on }, { signal });
  });
  const needsPassphrase = change.fault?.code === 'desktop.passphrase_needed';
  const isOn = keychain.holds !== undefined;
  return (
    <>
      {keychain.level !== 'system' && <Note tone="warn">{t(`keychain.${keychain.level}`)}</Note>}
      {(keychain.level === 'system' || isOn) && (
        <Switch
          selected={isOn}
          disabled={change.pending}
          onChange={(on) => void change.run(on)}
          description={t(keychainWords(keychain), { backend: keychainName(keychain.backend) })}
        >
          {t('keychain.label')}
        </Switch>
      )}
      {!needsPassphrase && <FaultNote fault={change.fault} />}
      {isOn && (
        <Inline>
          <Button size="small" icon={Eye} onPress={() => setAsking(true)}>
            {t('keychain.reveal')}
          </Button>
        </Inline>
      )}
      <RevealDialog isOpen={asking} onClose={() => setAsking(false)} program={program} />
      <PassphraseDialog
        isOpen={needsPassphrase}
        isTurningOn={!isOn}
        onClose={change.clear}
        program={program}
      />
    </>
  );
}

interface SubDialogProps {
  isOpen: boolean;
  onClose(): void;
  program: DesktopClient;
}

function RevealDialog({ isOpen, onClose, program }: SubDialogProps) {
  const { t } = useTranslation('desktop');
  const [passphrase, setPassphrase] = useState<string>();
  const reveal = useCommand(async (signal) => {
    setPassphrase((await program['desktop.revealPassphrase']({}, { signal })).passphrase);
  });
  const close = () => {
    setPassphrase(undefined);
    reveal.clear();
    onClose();
  };
  return (
    <Dialog isOpen={isOpen} title={t('keychain.revealTitle')} onClose={close}>
      <p>{t('keychain.revealHelp')}</p>
      {passphrase === undefined ? (
        <Button icon={Eye} command={reveal} onPress={() => void reveal.run()}>
          {t('keychain.reveal')}
        </Button>
      ) : (
        <CopyField label={t('keychain.passphrase')} value={passphrase} />
      )}
      <FaultNote fault={reveal.fault} />
    </Dialog>
  );
}

/** A keystore that has a person's own passphrase: it is typed once, proven, and kept. */
function PassphraseDialog({
  isOpen,
  isTurningOn,
  onClose,
  program,
}: SubDialogProps & { isTurningOn: boolean }) {
  const { t } = useTranslation(['desktop', 'common']);
  const [passphrase, setPassphrase] = useState('');
  const close = () => {
    setPassphrase('');
    onClose();
  };
  const store = useCommand(async (signal) => {
    await program['desktop.setKeychain']({ on: isTurningOn, passphrase }, { signal });
    close();
  });
  return (
    <Dialog isOpen={isOpen} title={t('keychain.askTitle')} onClose={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (passphrase !== '') void store.run();
        }}
      >
        <p>{t('keychain.askHelp')}</p>
        <TextField
          type="password"
          label={t('keychain.passphrase')}
          value={passphrase}
          onChange={setPassphrase}
          required
          autoFocus
        />
        <FaultNote fault={store.fault} />
        <div className="form-actions">
          <Button onPress={close}>{t('common:cancel')}</Button>
          <Button type="submit" look="primary" command={store}>
            {t('keychain.store')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
