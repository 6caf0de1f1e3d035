import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { pickPositions } from '../positions.ts';
import { useIdentity } from '../store.ts';
import styles from './recovery-phrase.module.css';

/** How many of the words are asked for, to be sure that they were written down. */
const ASKED_WORDS = 3;

/** Shows the phrase, then asks for some of its words. What was shown is forgotten when the dialog closes. */
export function RecoveryPhraseDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation('identity');
  return (
    <Dialog wide title={t('phrase.title')} isOpen={isOpen} onClose={onClose}>
      <Steps onDone={onClose} />
    </Dialog>
  );
}

function Steps({ onDone }: { onDone(): void }) {
  const [words, setWords] = useState<string[]>();
  const [writtenDown, setWrittenDown] = useState(false);
  if (!words) return <Reveal onRevealed={setWords} />;
  if (!writtenDown) return <Words words={words} onNext={() => setWrittenDown(true)} />;
  return <Confirm count={words.length} onBack={() => setWrittenDown(false)} onDone={onDone} />;
}

function Reveal({ onRevealed }: { onRevealed(words: string[]): void }) {
  const { t } = useTranslation('identity');
  const node = useNode();
  const locked = useIdentity((state) => state.identity?.passphraseProtected ?? false);
  const [passphrase, setPassphrase] = useState('');
  const reveal = useCommand(async (signal) => {
    const { words } = await node['identity.revealRecoveryPhrase'](locked ? { passphrase } : {}, { signal });
    onRevealed(words);
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void reveal.run();
      }}
    >
      <p>{t('phrase.why')}</p>
      <Note tone="warn">{t('phrase.alone')}</Note>
      {locked && (
        <TextField
          label={t('phrase.passphrase')}
          type="password"
          value={passphrase}
          onChange={setPassphrase}
          required
        />
      )}
      <FaultNote fault={reveal.fault} />
      <div className="form-actions">
        <Button type="submit" look="primary" command={reveal}>
          {t('phrase.show')}
        </Button>
      </div>
    </form>
  );
}

function Words({ words, onNext }: { words: string[]; onNext(): void }) {
  const { t } = useTranslation('identity');
  return (
    <div className="form">
      <p>{t('phrase.write', { count: words.length })}</p>
      <ol className={styles['words']} dir="ltr" lang="en">
        {words.map((word, index) => (
          <li key={index}>
            <span aria-hidden>{index + 1}</span>
            {word}
          </li>
        ))}
      </ol>
      <div className="form-actions">
        <Button look="primary" onPress={onNext}>
          {t('phrase.written')}
        </Button>
      </div>
    </div>
  );
}

function Confirm({ count, onBack, onDone }: { count: number; onBack(): void; onDone(): void }) {
  const { t } = useTranslation('identity');
  const { node, random } = useNodeLink();
  const toasts = useToasts();
  const setIdentity = useIdentity((state) => state.set);
  const [positions] = useState(() => pickPositions(random, ASKED_WORDS, count));
  const [answers, setAnswers] = useState<Record<number, string>>({});
  const confirm = useCommand(async (signal) => {
    const given = positions.map((position) => ({
      position,
      word: (answers[position] ?? '').trim().toLowerCase(),
    }));
    setIdentity(await node['identity.confirmRecoveryPhrase']({ answers: given }, { signal }));
    toasts.say(t('phrase.done'));
    onDone();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm.run();
      }}
    >
      <p>{t('phrase.ask')}</p>
      {positions.map((position, index) => (
        <TextField
          key={position}
          label={t('phrase.word', { position })}
          value={answers[position] ?? ''}
          onChange={(word) => setAnswers({ ...answers, [position]: word })}
          required
          code
          autoFocus={index === 0}
        />
      ))}
      <FaultNote fault={confirm.fault} />
      <div className="form-actions">
        <Button onPress={onBack}>{t('phrase.again')}</Button>
        <Button type="submit" look="primary" command={confirm}>
          {t('phrase.confirm')}
        </Button>
      </div>
    </form>
  );
}
