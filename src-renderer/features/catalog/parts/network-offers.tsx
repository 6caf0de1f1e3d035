import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Split } from '../../../ui/split.tsx';
import { useToolCounts } from '../store.ts';
import { useDetail } from '../use-detail.tsx';
import styles from './ask-network.module.css';
import { AskLine, AskProgress } from './asking.tsx';
import { FoundTable } from './found-table.tsx';
import { type Asking, useNetworkSearch } from './use-network-search.ts';

/** A place to ask peers for tools and to decide about what they offer. What was found stays while a tool is looked at. */
export function NetworkOffers() {
  const [words, setWords] = useState('');
  const [openId, setOpenId] = useState<string>();
  const { asking, ask, stop } = useNetworkSearch();
  const detail = useDetail(openId, useToolCounts()?.revision);
  return (
    <div className={styles['place']}>
      <form
        className={styles['offers']}
        onSubmit={(event) => {
          event.preventDefault();
          if (words.trim() === '') return;
          setOpenId(undefined);
          ask(words);
        }}
      >
        <AskLine words={words} onWords={setWords} asking={asking} onStop={stop} />
      </form>
      <FaultNote fault={asking?.fault} />
      {asking && <AskProgress asking={asking} />}
      <Split
        list={<Answers asking={asking} openId={openId} onOpen={setOpenId} />}
        detail={detail}
        onClose={() => setOpenId(undefined)}
      />
    </div>
  );
}

interface AnswersProps {
  asking: Asking | undefined;
  openId: string | undefined;
  onOpen(id: string): void;
}

function Answers({ asking, openId, onOpen }: AnswersProps) {
  const { t } = useTranslation('catalog');
  if (!asking)
    return (
      <EmptyState picture="search" title={t('ask.idle')}>
        {t('ask.idleWords')}
      </EmptyState>
    );
  // What is on its way is shown by the progress above.
  if (asking.items.length === 0 && (!asking.done || asking.fault)) return null;
  const isAlone = asking.asked === 0 && !asking.stopped;
  const empty = (
    <EmptyState picture="search" title={isAlone ? t('ask.nobody') : t('ask.nothing')}>
      {isAlone ? t('ask.nobodyWords') : t('ask.nothingWords')}
    </EmptyState>
  );
  return <FoundTable tools={asking.items} openId={openId} onOpen={onOpen} empty={empty} />;
}
