import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CatalogChoice, DEFAULT_BUDGET } from '#shared/features/clients/budget.ts';
import type { ProfileView } from '#shared/features/clients/contract.ts';
import { ChoiceCards } from '../../../ui/choice-cards.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Stack } from '../../../ui/page.tsx';
import { isBudget, isProfileName, withBudget } from '../rules.ts';
import { usePreview } from '../use-clients.ts';
import { AlwaysListed } from './always-listed.tsx';
import styles from './budget.module.css';
import { PreviewWords } from './preview-words.tsx';

export interface BudgetFieldsProps {
  draft: ProfileView;
  onChange(draft: ProfileView): void;
}

/** How the clients of a profile get its tools, what is listed in any case, and what that would cost a model. */
export function BudgetFields({ draft, onChange }: BudgetFieldsProps) {
  const { t } = useTranslation('profiles');
  const choice = draft.catalog ?? 'auto';
  return (
    <Stack>
      <ChoiceCards<CatalogChoice>
        label={t('budget.choice')}
        value={choice}
        onChange={(catalog) => onChange(withBudget(draft, { catalog }))}
        choices={[
          { value: 'auto', label: t('budget.auto'), help: t('budget.autoHelp') },
          { value: 'full', label: t('budget.full'), help: t('budget.fullHelp') },
          { value: 'search', label: t('budget.search'), help: t('budget.searchHelp') },
        ]}
      />
      {choice === 'auto' && <Tokens draft={draft} onChange={onChange} />}
      {choice !== 'full' && <AlwaysListed draft={draft} onChange={onChange} />}
    </Stack>
  );
}

function Tokens({ draft, onChange }: BudgetFieldsProps) {
  const { t } = useTranslation('profiles');
  const [text, setText] = useState(String(draft.budget ?? DEFAULT_BUDGET));
  return (
    <TextField
      label={t('budget.tokens')}
      description={t('budget.tokensHelp')}
      value={text}
      inputMode="numeric"
      code
      maxLength={9}
      error={isBudget(text) ? undefined : t('budget.tokensBad')}
      onChange={(typed) => {
        setText(typed);
        if (isBudget(typed)) onChange(withBudget(draft, { budget: Number(typed) }));
      }}
    />
  );
}

/** What the clients of a profile would read, were the draft kept. */
export function BudgetPreview({ draft }: { draft: ProfileView }) {
  const name = isProfileName(draft.name) ? draft.name : 'draft';
  const { data, fault } = usePreview({ ...draft, name });
  return (
    <>
      <div className={styles['preview']} aria-live="polite">
        <PreviewWords preview={data} />
      </div>
      <FaultNote fault={fault} />
    </>
  );
}
