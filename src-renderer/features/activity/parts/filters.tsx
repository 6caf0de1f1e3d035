import { FilterX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { directionSchema, type Invocation, outcomeSchema } from '#shared/features/relay/contract.ts';
import { IconButton } from '../../../ui/button.tsx';
import { SearchField, Select } from '../../../ui/fields.tsx';
import styles from '../activity.module.css';
import { compact, everyCall, type Filter, isFiltered, type Period, periods } from '../address.ts';
import { namesIn } from '../rules.ts';

export interface FiltersProps {
  filter: Filter;
  onChange(filter: Filter): void;
  /** Calls that are shown: their names are the choices. */
  calls: readonly Invocation[];
}

const named = ['server', 'tool', 'client', 'providerId'] as const;

export function Filters({ filter, onChange, calls }: FiltersProps) {
  const { t } = useTranslation('activity');
  const change = (part: Partial<Filter>) => onChange(compact({ ...filter, ...part }));
  const directions = ['', ...directionSchema.options] as const;
  const outcomes = ['', ...outcomeSchema.options] as const;
  return (
    <search className={styles['filters']} aria-label={t('filter.label')}>
      <div className={styles['words']}>
        <SearchField label={t('filter.text')} value={filter.text} onChange={(text) => change({ text })} />
      </div>
      <Select
        hideLabel
        label={t('filter.period')}
        options={periods.map((value) => ({ value, label: t(`period.${value}`) }))}
        value={filter.period}
        onChange={(period: Period) => change({ period })}
      />
      <Select
        hideLabel
        label={t('direction.label')}
        options={directions.map((value) => ({ value, label: t(`direction.${value || 'any'}`) }))}
        value={filter.direction ?? ''}
        onChange={(value) => change({ direction: value || undefined })}
      />
      <Select
        hideLabel
        label={t('outcome.label')}
        options={outcomes.map((value) => ({ value, label: t(`outcome.${value || 'any'}`) }))}
        value={filter.outcome ?? ''}
        onChange={(value) => change({ outcome: value || undefined })}
      />
      {named.map((field) => {
        const names = namesIn(calls, field, filter[field]);
        if (names.length === 0) return null;
        return (
          <Select
            key={field}
            hideLabel
            label={t(`filter.${field}`)}
            options={[
              { value: '', label: t(`filter.any.${field}`) },
              ...names.map((name) => ({ value: name, label: name })),
            ]}
            value={filter[field] ?? ''}
            onChange={(value) => change({ [field]: value || undefined })}
          />
        );
      })}
      {isFiltered(filter) && (
        <IconButton icon={FilterX} label={t('filter.clear')} onPress={() => onChange(everyCall)} />
      )}
    </search>
  );
}
