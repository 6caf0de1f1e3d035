import { CircleHelp, Radio } from 'lucide-react';
import { useState } from 'react';
import { Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../../ui/button.tsx';
import { SearchField } from '../../../ui/fields.tsx';
import { onDemand } from '../../../ui/on-demand.tsx';
import styles from './search-bar.module.css';

/** Most people never ask. */
const AskNetwork = onDemand(async () => (await import('./ask-network.tsx')).AskNetwork);

export interface SearchBarProps {
  text: string;
  onChange(text: string): void;
}

/** The words to look for, what can be written there, and the way to those who may know more. */
export function SearchBar({ text, onChange }: SearchBarProps) {
  const { t } = useTranslation('catalog');
  const [asking, setAsking] = useState(false);
  return (
    <div className={styles['bar']}>
      <div className={styles['field']}>
        <SearchField label={t('search')} value={text} onChange={onChange} />
      </div>
      <Help onTry={onChange} />
      <Button icon={Radio} onPress={() => setAsking(true)}>
        <span className={styles['ask']}>{t('ask.open')}</span>
      </Button>
      <AskNetwork isOpen={asking} onClose={() => setAsking(false)} text={text} />
    </div>
  );
}

/** What is typed is the same in every language. */
const examples = [
  { name: 'words', text: 'send mail' },
  { name: 'phrase', text: '"weekly report"' },
  { name: 'not', text: 'report -draft' },
  { name: 'tag', text: 'tag:weather' },
  { name: 'provider', text: 'provider:anna' },
  { name: 'server', text: 'server:files' },
  { name: 'version', text: 'version:^1.2' },
  { name: 'readonly', text: 'readonly:yes' },
  { name: 'state', text: 'state:pending' },
] as const;

function Help({ onTry }: { onTry(text: string): void }) {
  const { t } = useTranslation('catalog');
  return (
    <DialogTrigger>
      <IconButton icon={CircleHelp} label={t('find.help')} />
      <Popover className={styles['popover'] ?? ''} placement="bottom end">
        <Dialog className={styles['help'] ?? ''}>
          {({ close }) => (
            <>
              <Heading slot="title" className={styles['title'] ?? ''}>
                {t('find.helpTitle')}
              </Heading>
              <p>{t('find.helpLead')}</p>
              <ul className={styles['examples']}>
                {examples.map(({ name, text }) => (
                  <li key={name}>
                    <Button
                      size="small"
                      onPress={() => {
                        close();
                        onTry(text);
                      }}
                    >
                      <code dir="ltr">{text}</code>
                    </Button>
                    <span>{t(`find.example.${name}`)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
