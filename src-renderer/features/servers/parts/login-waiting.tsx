import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import styles from './login.module.css';

/** While a person signs in elsewhere: the way there once more, the way out, and the way for a browser on another machine. */
export function LoginWaiting(props: { server: string; profile: string; url: string | undefined }) {
  const { t } = useTranslation(['servers', 'common']);
  const node = useNode();
  const { profile, server, url } = props;
  const cancel = useCommand((signal) => node['servers.login.cancel']({ name: server, profile }, { signal }));
  return (
    <Stack>
      <div aria-live="polite">
        <Stack>
          <ProgressBar label={t('login.waiting')} />
          <p>{t('login.waiting')}</p>
        </Stack>
      </div>
      <Inline>
        {url !== undefined && (
          <a className={styles['away']} href={url} target="_blank" rel="noopener noreferrer">
            <ExternalLink aria-hidden size="1rem" />
            {t('login.openAgain')}
          </a>
        )}
        <Button command={cancel} onPress={() => void cancel.run()}>
          {t('common:cancel')}
        </Button>
      </Inline>
      <FaultNote fault={cancel.fault} />
      <Elsewhere server={server} profile={profile} />
    </Stack>
  );
}

/** A browser on another machine cannot come back to this one: its last address is carried over by hand. */
function Elsewhere({ server, profile }: { server: string; profile: string }) {
  const { t } = useTranslation('servers');
  const node = useNode();
  const [address, setAddress] = useState('');
  const finish = useCommand((signal) =>
    node['servers.login.finish']({ name: server, profile, address }, { signal }),
  );
  return (
    <details className={styles['elsewhere']}>
      <summary>{t('login.elsewhere.open')}</summary>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void finish.run();
        }}
      >
        <TextField
          label={t('login.elsewhere.address')}
          description={t('login.elsewhere.help')}
          placeholder="http://127.0.0.1:…/callback?code=…"
          value={address}
          onChange={setAddress}
          code
        />
        <FaultNote fault={finish.fault} />
        <div className="form-actions">
          <Button type="submit" command={finish} isDisabled={address.trim() === ''}>
            {t('login.elsewhere.act')}
          </Button>
        </div>
      </form>
    </details>
  );
}
