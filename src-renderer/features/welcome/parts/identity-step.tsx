import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ChoiceCards } from '../../../ui/choice-cards.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { RecoveryPhraseDialog, useIdentity } from '../../identity/index.ts';
import { JoinNetwork } from '../../network/index.ts';
import type { StepProps } from '../page.tsx';
import styles from '../welcome.module.css';

const LONGEST_NAME = 64;

/** New here, or invited: either way a name, and the words that bring the identity back. */
export function IdentityStep({ onDone }: StepProps) {
  const { t } = useTranslation('setup');
  const [way, setWay] = useState<'new' | 'join'>('new');
  const [joined, setJoined] = useState(false);
  return (
    <>
      <ChoiceCards
        label={t('identity.question')}
        value={way}
        onChange={(next) => setWay(next)}
        choices={(['new', 'join'] as const).map((value) => ({
          value,
          label: t(`identity.${value}`),
          help: t(`identity.${value}Help`),
        }))}
      />
      {way === 'join' &&
        (joined ? (
          <Badge tone="ok">{t('identity.joined')}</Badge>
        ) : (
          <JoinNetwork onJoined={() => setJoined(true)} />
        ))}
      <NameForm onDone={onDone} />
      <Phrase />
    </>
  );
}

function NameForm({ onDone }: StepProps) {
  const { t } = useTranslation(['setup', 'identity', 'common']);
  const node = useNode();
  const identity = useIdentity((state) => state.identity);
  const setIdentity = useIdentity((state) => state.set);
  const saved = identity?.profile.displayName ?? '';
  const [draft, setDraft] = useState<string>();
  const name = draft ?? saved;
  const save = useCommand(async (signal) => {
    setIdentity(await node['identity.setProfile']({ displayName: name.trim() }, { signal }));
    setDraft(undefined);
    onDone();
  });
  const changed = name.trim() !== saved;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField
        label={t('identity:displayName')}
        description={t('identity:displayNameHelp')}
        value={name}
        onChange={setDraft}
        maxLength={LONGEST_NAME}
      />
      <FaultNote fault={save.fault} />
      <div className={styles['row']} aria-live="polite">
        <Button type="submit" look="primary" command={save} isDisabled={!changed || name.trim() === ''}>
          {t('identity.saveName')}
        </Button>
        {saved !== '' && !changed && <Badge tone="ok">{t('identity.saved')}</Badge>}
      </div>
    </form>
  );
}

function Phrase() {
  const { t } = useTranslation('setup');
  const confirmed = useIdentity((state) => state.identity?.recoveryPhraseConfirmed);
  const [open, setOpen] = useState(false);
  return (
    <Note tone={confirmed ? 'info' : 'warn'}>
      <div className={styles['row']}>
        <p>{t(confirmed ? 'identity.phraseKept' : 'identity.phrase')}</p>
        {!confirmed && (
          <Button icon={KeyRound} onPress={() => setOpen(true)}>
            {t('identity.writeDown')}
          </Button>
        )}
      </div>
      <RecoveryPhraseDialog isOpen={open} onClose={() => setOpen(false)} />
    </Note>
  );
}
