import { ListChecks } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ToolCounts, ToolFilter } from '#shared/features/registry/query.ts';
import { Button } from '../../../ui/button.tsx';
import type { RuleStart } from './rules-dialog.tsx';
import styles from './bulk-bar.module.css';

export interface RuleHintProps {
  filter: ToolFilter;
  counts: ToolCounts;
  onRule(start: RuleStart): void;
}

/** Whoever looks at what waits is offered the rule that spares him most of it. */
export function RuleHint({ filter, counts, onRule }: RuleHintProps) {
  const { t } = useTranslation('catalog');
  const most = counts.providers.find(
    ({ value }) => filter.provider === undefined || value === filter.provider,
  );
  if (!most || most.count === 0 || counts.claim.readOnly === 0) return null;
  const name = most.label ?? `${most.value.slice(0, 12)}…`;
  return (
    <div className={styles['bar']} role="note">
      <span>{t('rules.hint', { count: most.count, name })}</span>
      <Button
        size="small"
        icon={ListChecks}
        onPress={() =>
          onRule({
            draft: {
              provider: most.value,
              claims: ['readOnly'],
              tags: [],
              action: 'approve',
              coversChanges: false,
            },
          })
        }
      >
        {t('rules.hintAction')}
      </Button>
    </div>
  );
}
