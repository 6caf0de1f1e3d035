import { ExternalLink, LogIn, LogOut } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { DEFAULT_PROFILE, type LoginView } from '#shared/features/servers/login.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge, Tag, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card, Facts, Inline, Stack } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { ClientForm } from './login-client-form.tsx';
import { LoginWaiting } from './login-waiting.tsx';
import { type SignIn, useSignIn } from './use-sign-in.ts';

const tones: Record<LoginView['state'], Tone> = {
  needed: 'warn',
  waiting: 'busy',
  signed_in: 'ok',
  expired: 'warn',
  step_up: 'warn',
};

const NEEDED: LoginView = { profile: DEFAULT_PROFILE, state: 'needed', scopes: [], renewable: false };

/** Who is signed in at a remote server, for all profiles together or for single ones. */
export function LoginPanel({ server }: { server: ServerView }) {
  const logins = server.logins ?? [];
  const usual = logins.find(({ profile }) => profile === DEFAULT_PROFILE) ?? NEEDED;
  const others = logins.filter(({ profile }) => profile !== DEFAULT_PROFILE);
  return (
    <Stack>
      <Login server={server.name} login={usual} />
      {others.map((login) => (
        <Login key={login.profile} server={server.name} login={login} />
      ))}
      <AnotherProfile
        server={server.name}
        taken={[DEFAULT_PROFILE, ...others.map(({ profile }) => profile)]}
      />
    </Stack>
  );
}

function Login({ server, login }: { server: string; login: LoginView }) {
  const { t } = useTranslation('servers');
  const signIn = useSignIn(server, login.profile);
  const isUsual = login.profile === DEFAULT_PROFILE;
  return (
    <Card
      title={isUsual ? t('login.title') : t('login.ofProfile', { profile: login.profile })}
      actions={<Badge tone={tones[login.state]}>{t(`login.state.${login.state}`)}</Badge>}
    >
      <Stack>
        {login.problem && <FaultNote fault={{ ...login.problem, retryable: true }} />}
        {login.state === 'waiting' ? (
          <LoginWaiting server={server} profile={login.profile} url={signIn.url} />
        ) : (
          <Standing server={server} login={login} signIn={signIn} />
        )}
      </Stack>
    </Card>
  );
}

function Standing({ server, login, signIn }: { server: string; login: LoginView; signIn: SignIn }) {
  const { t } = useTranslation('servers');
  const format = useFormats();
  const wanted = login.wanted ?? [];
  if (signIn.fault?.code === 'servers.login_client_needed') return <ClientForm signIn={signIn} />;
  return (
    <>
      {login.state === 'needed' && <p>{t('login.words')}</p>}
      {login.state === 'expired' && <p>{t('login.expiredWords')}</p>}
      {login.state === 'step_up' && (
        <Note tone="warn">{t('login.stepUp', { scopes: format.list(wanted), count: wanted.length })}</Note>
      )}
      {(login.state === 'signed_in' || login.state === 'step_up') && <LoginFacts login={login} />}
      <FaultNote fault={signIn.fault} />
      <Inline>
        <Button
          look={login.state === 'signed_in' ? 'secondary' : 'primary'}
          icon={LogIn}
          command={signIn}
          onPress={() => void signIn.run()}
        >
          {t(`login.act.${login.state === 'waiting' ? 'needed' : login.state}`)}
        </Button>
        {(login.state === 'signed_in' || login.state === 'step_up') && (
          <SignOut server={server} profile={login.profile} />
        )}
      </Inline>
    </>
  );
}

function LoginFacts({ login }: { login: LoginView }) {
  const { t } = useTranslation('servers');
  const format = useFormats();
  return (
    <Facts
      items={[
        login.account !== undefined && { label: t('login.account'), value: <bdi>{login.account}</bdi> },
        login.issuer !== undefined && {
          label: t('login.issuer'),
          value: <code dir="ltr">{login.issuer}</code>,
        },
        login.scopes.length > 0 && {
          label: t('login.scopes'),
          value: (
            <Inline>
              {login.scopes.map((scope) => (
                <Tag key={scope}>
                  <bdi>{scope}</bdi>
                </Tag>
              ))}
            </Inline>
          ),
        },
        {
          label: t('login.expires'),
          value:
            login.expiresAt === undefined
              ? t('login.untold')
              : `${format.dateTime(login.expiresAt)} · ${login.renewable ? t('login.renewed') : t('login.notRenewed')}`,
        },
        login.since !== undefined && { label: t('login.since'), value: format.dateTime(login.since) },
      ]}
    />
  );
}

function SignOut({ server, profile }: { server: string; profile: string }) {
  const { t } = useTranslation('servers');
  const node = useNode();
  const toasts = useToasts();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button look="quiet" icon={LogOut} onPress={() => setAsking(true)}>
        {t('login.signOut.open')}
      </Button>
      <ConfirmDialog
        title={t('login.signOut.title', { name: server })}
        isOpen={asking}
        onClose={() => setAsking(false)}
        confirmLabel={t('login.signOut.confirm')}
        onConfirm={async () => {
          const { revoked } = await node['servers.login.signOut']({ name: server, profile });
          toasts.say(revoked ? t('login.signOut.done') : t('login.signOut.halfDone'));
        }}
      >
        <p>{t('login.signOut.words')}</p>
      </ConfirmDialog>
    </>
  );
}

/** A profile may be somebody else there than the rest. */
function AnotherProfile({ server, taken }: { server: string; taken: readonly string[] }) {
  const { t } = useTranslation('servers');
  const { data } = useQuery((node, signal) => node['profiles.list']({}, { signal }), []);
  const free = (data?.items ?? []).map(({ name }) => name).filter((name) => !taken.includes(name));
  const [chosen, setChosen] = useState<string>();
  const profile = chosen !== undefined && free.includes(chosen) ? chosen : free[0];
  const signIn = useSignIn(server, profile ?? DEFAULT_PROFILE);
  if (profile === undefined) return null;
  return (
    <Card title={t('login.another.title')} lead={t('login.another.words')}>
      <Stack>
        <Select
          label={t('login.another.profile')}
          options={free.map((name) => ({ value: name, label: name }))}
          value={profile}
          onChange={setChosen}
        />
        <FaultNote fault={signIn.fault} />
        <Inline>
          <Button icon={ExternalLink} command={signIn} onPress={() => void signIn.run()}>
            {t('login.another.act', { profile })}
          </Button>
        </Inline>
      </Stack>
    </Card>
  );
}
