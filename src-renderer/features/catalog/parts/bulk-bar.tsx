import { Check, EyeOff, RotateCcw, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionPreview, Selection, Verdict } from '#shared/features/registry/curation.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Stack } from '../../../ui/page.tsx';
import type { Selected } from '../../../ui/table.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import type { Tools } from '../use-tools.ts';
import styles from './bulk-bar.module.css';

export interface BulkBarProps {
  selected: Selected;
  tools: Tools;
  onDone(): void;
}

interface Asked {
  verdict: Verdict;
  which: Selection;
  preview: DecisionPreview;
}

/** What can be done to the chosen tools at once; it says what that would change before it does. */
export function BulkBar({ selected, tools, onDone }: BulkBarProps) {
  const { t } = useTranslation('catalog');
  const node = useNode();
  const [asked, setAsked] = useState<Asked>();
  const [undoable, setUndoable] = useState<Done>();
  const which: Selection = selected === 'all' ? { filter: tools.shown.filter } : { ids: [...selected] };
  const count = selected === 'all' ? tools.total : selected.size;
  const ask = useCommand(async (signal, verdict: Verdict) => {
    const preview = await node['tools.previewDecision']({ verdict, which }, { signal });
    setAsked({ verdict, which, preview });
  });
  if (count === 0) return undoable ? <UndoBar done={undoable} onGone={() => setUndoable(undefined)} /> : null;
  return (
    <div className={styles['bar']} role="group" aria-label={t('bulk.label')}>
      <strong>{t('bulk.chosen', { count })}</strong>
      <Button size="small" look="primary" icon={Check} onPress={() => void ask.run('approve')}>
        {t('bulk.approve')}
      </Button>
      <Button size="small" icon={EyeOff} onPress={() => void ask.run('reject')}>
        {t('bulk.reject')}
      </Button>
      <Button size="small" icon={RotateCcw} onPress={() => void ask.run('forget')}>
        {t('bulk.forget')}
      </Button>
      <IconButton icon={X} label={t('bulk.clear')} onPress={onDone} />
      <FaultNote fault={ask.fault} />
      {asked && (
        <DecisionDialog
          asked={asked}
          onClose={() => setAsked(undefined)}
          onDone={(done) => {
            setAsked(undefined);
            setUndoable(done);
            onDone();
          }}
        />
      )}
    </div>
  );
}

interface Done {
  count: number;
  undo: number;
  verdict: Verdict;
}

function DecisionDialog(props: { asked: Asked; onClose(): void; onDone(done: Done): void }) {
  const { asked, onClose, onDone } = props;
  const { t } = useTranslation(['catalog', 'common']);
  const node = useNode();
  const { preview, verdict, which } = asked;
  const run = useCommand(async () => {
    const { digest } = preview;
    onDone({ verdict, ...(await node['tools.decide']({ verdict, which, digest })) });
  });
  return (
    <Dialog
      alert
      isOpen
      title={t(`bulk.title.${verdict}`, { count: preview.count })}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>
            {t('common:cancel')}
          </Button>
          <Button
            look={verdict === 'reject' ? 'danger' : 'primary'}
            command={run}
            isDisabled={preview.count === 0}
            onPress={() => void run.run()}
          >
            {t(`bulk.${verdict}`)}
          </Button>
        </>
      }
    >
      <Preview preview={preview} verdict={verdict} />
      <FaultNote fault={run.fault} />
    </Dialog>
  );
}

function Preview({ preview, verdict }: { preview: DecisionPreview; verdict: Verdict }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const { confusable, count, destructive, left, sample, warned } = preview;
  const more = count - sample.length;
  return (
    <Stack>
      {count > 0 && (
        <p>
          <bdi>{format.list(more > 0 ? [...sample, t('bulk.more', { count: more })] : sample)}</bdi>
        </p>
      )}
      {verdict === 'approve' && destructive > 0 && (
        <Note tone="warn">{t('bulk.destructive', { count: destructive })}</Note>
      )}
      {verdict === 'approve' && confusable > 0 && (
        <Note tone="warn">{t('bulk.confusable', { count: confusable })}</Note>
      )}
      {verdict === 'approve' && warned > 0 && <Note tone="warn">{t('bulk.warned', { count: warned })}</Note>}
      {(left.local > 0 || left.already > 0 || left.pinned > 0) && (
        <ul className={styles['left']}>
          {left.local > 0 && <li>{t('bulk.left.local', { count: left.local })}</li>}
          {left.already > 0 && <li>{t('bulk.left.already', { count: left.already })}</li>}
          {left.pinned > 0 && <li>{t('bulk.left.pinned', { count: left.pinned })}</li>}
        </ul>
      )}
    </Stack>
  );
}

/** What was just done, and the way back, until it is dismissed or something else is chosen. */
function UndoBar({ done, onGone }: { done: Done; onGone(): void }) {
  const { t } = useTranslation('catalog');
  const node = useNode();
  const toasts = useToasts();
  const undo = useCommand(async () => {
    const { count } = await node['tools.undo']({ undo: done.undo });
    toasts.say(t('bulk.undone', { count }));
    onGone();
  });
  return (
    <div className={styles['bar']} role="group" aria-label={t('bulk.label')}>
      <span role="status">{t(`bulk.done.${done.verdict}`, { count: done.count })}</span>
      <Button size="small" icon={RotateCcw} command={undo} onPress={() => void undo.run()}>
        {t('bulk.undo')}
      </Button>
      <IconButton icon={X} label={t('bulk.dismiss')} onPress={onGone} />
      <FaultNote fault={undo.fault} />
    </div>
  );
}
