import { Radio, Square } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { SearchField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { catalogPath, everything } from '../address.ts';
import { ToolTable } from './tool-table.tsx';
import styles from './ask-network.module.css';
import { type Asking, useNetworkSearch } from './use-network-search.ts';

export interface AskNetworkProps {
  isOpen: boolean;
  onClose(): void;
  /** What the search field says. */
  text: string;
}

/** Asks peers for tools. Nothing leaves this machine before the button is pressed. */
export function AskNetwork({ isOpen, onClose, text }: AskNetworkProps) {
  const { t } = useTranslation('catalog');
  return (
    <Dialog wide title={t('ask.title')} isOpen={isOpen} onClose={onClose}>
      <Asker text={text} onClose={onClose} />
    </Dialog>
  );
}

function Asker({ text, onClose }: Pick<AskNetworkProps, 'text' | 'onClose'>) {
  const { t } = useTranslation('catalog');
  const [, go] = useLocation();
  const [words, setWords] = useState(text);
  const { asking, ask, stop } = useNetworkSearch();
  const isAsking = asking !== undefined && !asking.done;
  return (
    <form
      className={styles['asker']}
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim() !== '') ask(words);
      }}
    >
      <div className={styles['line']}>
        <div className={styles['field']}>
          <SearchField label={t('ask.words')} value={words} onChange={setWords} />
        </div>
        {isAsking ? (
          <Button icon={Square} onPress={stop}>
            {t('ask.stop')}
          </Button>
        ) : (
          <Button look="primary" type="submit" icon={Radio} isDisabled={words.trim() === ''}>
            {asking ? t('ask.again') : t('ask.start')}
          </Button>
        )}
      </div>
      <Note>{t('ask.shown')}</Note>
      {asking && (
        <>
          <FaultNote fault={asking.fault} />
          <Progress asking={asking} />
          {(asking.items.length > 0 || asking.done) && (
            <ToolTable
              tools={asking.items}
              openId={undefined}
              onOpen={(id) => {
                onClose();
                go(catalogPath(everything, id));
              }}
              onMore={undefined}
              empty={
                <EmptyState picture="search" title={t('ask.nothing')}>
                  {t('ask.nothingWords')}
                </EmptyState>
              }
            />
          )}
        </>
      )}
    </form>
  );
}

/** How many were asked and have answered, and what came of it. */
function Progress({ asking: { answered, asked, done, items, refused } }: { asking: Asking }) {
  const { t } = useTranslation('catalog');
  const words = asked === 0 && !done ? t('ask.beginning') : t('ask.progress', { count: asked, answered });
  return (
    <div className={styles['progress']}>
      {!done && (
        <ProgressBar
          label={t('ask.title')}
          valueText={words}
          {...(asked > 0 ? { value: (100 * answered) / asked } : {})}
        />
      )}
      <p role="status">
        {words}. {(items.length > 0 || done) && <>{t('ask.found', { count: items.length })}.</>}
      </p>
      {refused > 0 && <Note tone="warn">{t('ask.refused', { count: refused })}</Note>}
    </div>
  );
}
