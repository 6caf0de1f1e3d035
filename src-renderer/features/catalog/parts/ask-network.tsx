import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Dialog } from '../../../ui/dialog.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { catalogPath, everything } from '../address.ts';
import { AskLine, AskProgress } from './asking.tsx';
import { ToolTable } from './tool-table.tsx';
import styles from './ask-network.module.css';
import { useNetworkSearch } from './use-network-search.ts';

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
  return (
    <form
      className={styles['asker']}
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim() !== '') ask(words);
      }}
    >
      <AskLine words={words} onWords={setWords} asking={asking} onStop={stop} />
      {asking && (
        <>
          <FaultNote fault={asking.fault} />
          <AskProgress asking={asking} />
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
