import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import type { SignIn } from './use-sign-in.ts';

/** Where an authorization server lets nobody introduce himself, a person registers us there and says as whom. */
export function ClientForm({ signIn }: { signIn: SignIn }) {
  const { t } = useTranslation(['servers', 'common']);
  const [id, setId] = useState('');
  const [secret, setSecret] = useState('');
  const { issuer = '', redirectUri = '' } = (signIn.fault?.details ?? {}) as Record<string, string>;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void signIn.run({ id: id.trim(), ...(secret ? { secret } : {}) });
      }}
    >
      <Note>{t('login.client.words', { issuer })}</Note>
      <CopyField label={t('login.client.redirect')} value={redirectUri} />
      <TextField label={t('login.client.id')} value={id} onChange={setId} code required autoFocus />
      <TextField
        label={t('login.client.secret')}
        description={t('login.client.secretHelp')}
        type="password"
        value={secret}
        onChange={setSecret}
        code
      />
      <div className="form-actions">
        <Button onPress={signIn.clear}>{t('common:back')}</Button>
        <Button type="submit" look="primary" command={signIn} isDisabled={id.trim() === ''}>
          {t('login.act.needed')}
        </Button>
      </div>
    </form>
  );
}
