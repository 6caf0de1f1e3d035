import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { type Command, useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { ChoiceCards } from '../../../ui/choice-cards.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { DepthField } from './depth-field.tsx';

const kinds = ['known', 'everyone', 'grants'] as const;
type Kind = (typeof kinds)[number];

export interface ShareOnDialogProps {
  provider: string;
  server: string;
  /** How often it may be shared on in a row, this node included. */
  depth: number;
  isOpen: boolean;
  onClose(): void;
}

/** With whom a server of somebody else is shared on. Its tools are those that are approved here. */
export function ShareOnDialog({ isOpen, onClose, ...about }: ShareOnDialogProps) {
  const { t } = useTranslation('sharing');
  return (
    <Dialog title={t('on.title', { name: about.server })} isOpen={isOpen} onClose={onClose}>
      <ShareOnForm {...about} onClose={onClose} />
    </Dialog>
  );
}

function ShareOnForm({ provider, server, depth, onClose }: Omit<ShareOnDialogProps, 'isOpen'>) {
  const { t } = useTranslation(['sharing', 'common']);
  const [kind, setKind] = useState<Kind>('known');
  const [name, setName] = useState(server);
  const [further, setFurther] = useState<number>();
  const node = useNode();
  const toasts = useToasts();
  const save = useCommand(async (signal, confirmed: boolean) => {
    const delegation = further === undefined ? {} : { delegation: { depth: further } };
    const wanted = { provider, server, name: name.trim(), audience: { kind }, confirmed, ...delegation };
    await node['reshares.add'](wanted, { signal });
    toasts.say(t('on.done', { name: wanted.name }));
    onClose();
  });
  if (save.fault?.code === 'access.confirm_everyone') return <Confirm name={name} save={save} />;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run(false);
      }}
    >
      <Note>{t('on.lead')}</Note>
      <TextField label={t('on.name')} value={name} onChange={setName} maxLength={31} required code />
      <ChoiceCards<Kind>
        label={t('with')}
        choices={kinds.map((value) => ({
          value,
          label: t(`kind.${value}.name`),
          help: t(`kind.${value}.help`),
        }))}
        value={kind}
        onChange={setKind}
      />
      {depth > 1 && <DepthField most={depth - 1} value={further} onChange={setFurther} />}
      <FaultNote fault={save.fault} />
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={save} isDisabled={name.trim() === ''}>
          {t('on.save')}
        </Button>
      </div>
    </form>
  );
}

/** What everyone could do is asked for a second time. */
function Confirm({ name, save }: { name: string; save: Command<[boolean], void> }) {
  const { t } = useTranslation(['sharing', 'common']);
  return (
    <div className="form">
      <FaultNote fault={save.fault} />
      <p>{t('on.confirm', { name })}</p>
      <div className="form-actions">
        <Button autoFocus onPress={save.clear}>
          {t('common:back')}
        </Button>
        <Button look="danger" command={save} onPress={() => void save.run(true)}>
          {t('confirm.yes')}
        </Button>
      </div>
    </div>
  );
}
