import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TOKEN_SCOPES, type TokenScope } from '#shared/features/clients/token-scopes.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProfileSelect } from './profile-select.tsx';

export interface TokenDialogProps {
  isOpen: boolean;
  onClose(): void;
  onMade(): void;
}

/** Makes a token, then shows it this one time. */
export function TokenDialog(props: TokenDialogProps) {
  const { t } = useTranslation('clients');
  const [made, setMade] = useState<{ name: string; token: string }>();
  const close = () => {
    setMade(undefined);
    props.onClose();
  };
  return (
    <Dialog
      // What is not shown again must not vanish by a press beside it.
      alert={made !== undefined}
      title={made ? t('tokens.shown', { name: made.name }) : t('tokens.create')}
      isOpen={props.isOpen}
      onClose={close}
    >
      {made ? (
        <div className="form">
          <Note tone="warn">{t('tokens.shownWords')}</Note>
          <CopyField label={t('tokens.shown', { name: made.name })} value={made.token} hideLabel />
          <div className="form-actions">
            <Button look="primary" onPress={close}>
              {t('tokens.close')}
            </Button>
          </div>
        </div>
      ) : (
        <TokenForm
          onClose={close}
          onMade={(token) => {
            setMade(token);
            props.onMade();
          }}
        />
      )}
    </Dialog>
  );
}

/** Days, or until it is revoked. */
const LIVES = ['always', '1', '7', '30', '365'] as const;
type Life = (typeof LIVES)[number];

interface TokenFormProps {
  onClose(): void;
  onMade(made: { name: string; token: string }): void;
}

function TokenForm({ onClose, onMade }: TokenFormProps) {
  const { t } = useTranslation(['clients', 'common']);
  const node = useNode();
  const [name, setName] = useState('');
  const [profile, setProfile] = useState('default');
  const [scope, setScope] = useState<TokenScope>('call');
  const [life, setLife] = useState<Life>('always');
  const [tried, setTried] = useState(false);
  const make = useCommand(async (signal) => {
    setTried(true);
    if (name.trim() === '') return;
    const term = life === 'always' ? {} : { forDays: Number(life) };
    onMade(await node['clients.create']({ name: name.trim(), profile, scope, ...term }, { signal }));
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void make.run();
      }}
    >
      <TextField
        label={t('tokens.name')}
        description={t('tokens.nameHelp')}
        value={name}
        onChange={setName}
        maxLength={64}
        error={tried && name.trim() === '' ? t('tokens.nameMissing') : undefined}
        autoFocus
        required
      />
      <ProfileSelect value={profile} onChange={setProfile} />
      <Select<TokenScope>
        label={t('tokens.scope.label')}
        description={t(`tokens.scope.help.${scope}`)}
        options={TOKEN_SCOPES.map((one) => ({ value: one, label: t(`tokens.scope.${one}`) }))}
        value={scope}
        onChange={setScope}
      />
      <Select<Life>
        label={t('tokens.life.label')}
        options={LIVES.map((one) => ({
          value: one,
          label: one === 'always' ? t('tokens.life.always') : t('tokens.life.days', { count: Number(one) }),
        }))}
        value={life}
        onChange={setLife}
      />
      <FaultNote fault={make.fault} />
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={make}>
          {t('tokens.confirm')}
        </Button>
      </div>
    </form>
  );
}
