import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useIdentity } from '../store.ts';

/** Shorter ones are guessed by a machine in an afternoon. */
const SHORTEST = 10;

/** Sets, changes or takes away the passphrase that the keys are sealed with. */
export function PassphraseDialog({ locked, onClose }: { locked: boolean; onClose(): void }) {
  const { t } = useTranslation(['identity', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const setIdentity = useIdentity((state) => state.set);
  const [given, setGiven] = useState({ current: '', next: '', again: '' });
  const [remove, setRemove] = useState(false);
  const [tried, setTried] = useState(false);
  const isShort = given.next.length < SHORTEST;
  const isDifferent = given.next !== given.again;
  const save = useCommand(async (signal) => {
    const current = locked ? { current: given.current } : {};
    const next = remove ? '' : given.next;
    setIdentity(await node['identity.setPassphrase']({ ...current, next }, { signal }));
    toasts.say(remove ? t('passphrase.removed') : t('passphrase.saved'));
    onClose();
  });
  const submit = () => {
    setTried(true);
    if (remove || (!isShort && !isDifferent)) void save.run();
  };
  const field = (name: keyof typeof given, error?: string | false) => (
    <TextField
      required
      type="password"
      label={t(`passphrase.${name}`)}
      value={given[name]}
      onChange={(value) => setGiven({ ...given, [name]: value })}
      error={error || undefined}
    />
  );
  return (
    <Dialog isOpen title={t(locked ? 'passphrase.change' : 'passphrase.add')} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p>{t('passphrase.words')}</p>
        {locked && field('current')}
        {locked && (
          <Checkbox selected={remove} onChange={setRemove}>
            {t('passphrase.remove')}
          </Checkbox>
        )}
        {remove ? (
          <Note tone="warn">{t('passphrase.removeWords')}</Note>
        ) : (
          <>
            {field('next', tried && isShort && t('passphrase.short', { count: SHORTEST }))}
            {field('again', tried && isDifferent && t('passphrase.different'))}
          </>
        )}
        <FaultNote fault={save.fault} />
        <div className="form-actions">
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" look={remove ? 'danger' : 'primary'} command={save}>
            {t('common:save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
