import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleDraft } from '#shared/features/registry/approval-rules.ts';
import type { RuleView } from '#shared/features/registry/curation.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { RuleForm } from './rule-form.tsx';
import { RuleWords } from './rule-words.tsx';
import styles from './rules-dialog.module.css';

/** What the dialog opens with: the list, or a rule to look at and keep. */
export interface RuleStart {
  draft?: RuleDraft;
}

const fresh: RuleDraft = { claims: ['readOnly'], tags: [], action: 'approve', coversChanges: false };

/** The rules in their order, and a form for one more. */
export function RulesDialog({ start, onClose }: { start: RuleStart; onClose(): void }) {
  const { t } = useTranslation('catalog');
  const [draft, setDraft] = useState(start.draft);
  return (
    <Dialog wide isOpen title={draft ? t('rules.newTitle') : t('rules.title')} onClose={onClose}>
      {draft ? (
        <RuleForm start={draft} onDone={() => setDraft(undefined)} />
      ) : (
        <RuleList onNew={() => setDraft(fresh)} />
      )}
    </Dialog>
  );
}

function RuleList({ onNew }: { onNew(): void }) {
  const { t } = useTranslation('catalog');
  const node = useNode();
  const toasts = useToasts();
  const { data, fault } = useQuery((api, signal) => api['rules.list']({}, { signal }), []);
  const [rules, setRules] = useState<readonly RuleView[]>();
  const shown = rules ?? data?.items;
  const change = useCommand(async (signal, todo: { remove: string } | { order: string[] }) => {
    const { items } =
      'remove' in todo
        ? await node['rules.remove']({ id: todo.remove }, { signal })
        : await node['rules.reorder']({ ids: todo.order }, { signal });
    setRules(items);
    if ('remove' in todo) toasts.say(t('rules.removed'));
  });
  if (!shown) return fault ? <FaultNote fault={fault} /> : <Loading label={t('rules.reading')} />;
  const move = (from: number, step: -1 | 1) => {
    const ids = shown.map(({ id }) => id);
    const [moved] = ids.splice(from, 1);
    if (moved) void change.run({ order: ids.toSpliced(from + step, 0, moved) });
  };
  return (
    <Stack>
      <p>{t('rules.lead')}</p>
      <Note>{t('rules.claimsOnly')}</Note>
      {shown.length === 0 && <p className={styles['soft']}>{t('rules.none')}</p>}
      <ol className={styles['rules']} aria-label={t('rules.title')}>
        {shown.map((rule, index) => (
          <li key={rule.id} className={styles['rule']}>
            <span className={styles['number']} aria-hidden>
              {index + 1}
            </span>
            <div className={styles['words']}>
              <RuleWords rule={rule} providerName={rule.providerName} />
              <span className={styles['soft']}>{t('rules.matches', { count: rule.matches })}</span>
            </div>
            <div className={styles['buttons']}>
              <IconButton
                icon={ArrowUp}
                label={t('rules.up', { number: index + 1 })}
                isDisabled={index === 0}
                onPress={() => move(index, -1)}
              />
              <IconButton
                icon={ArrowDown}
                label={t('rules.down', { number: index + 1 })}
                isDisabled={index === shown.length - 1}
                onPress={() => move(index, 1)}
              />
              <IconButton
                icon={Trash2}
                label={t('rules.remove', { number: index + 1 })}
                onPress={() => void change.run({ remove: rule.id })}
              />
            </div>
          </li>
        ))}
      </ol>
      <FaultNote fault={change.fault} />
      <div className="form-actions">
        <Button look="primary" icon={Plus} onPress={onNew}>
          {t('rules.new')}
        </Button>
      </div>
    </Stack>
  );
}
