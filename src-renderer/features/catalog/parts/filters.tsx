import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { SearchField, Select } from '../../../ui/fields.tsx';
import { type Filter, type Scope, scopes, type StateFilter, states } from '../rules.ts';
import styles from './filters.module.css';

export interface FiltersProps {
  filter: Filter;
  onChange(part: Partial<Filter>): void;
  counts: Record<Scope, number>;
}

/** Which tools to show: where they are from, their state, words in them. */
export function Filters({ filter, onChange, counts }: FiltersProps) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  return (
    <div className={styles['filters']}>
      <ToggleButtonGroup
        className={styles['scopes'] ?? ''}
        aria-label={t('scope.label')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[filter.scope]}
        onSelectionChange={([scope]) => onChange({ scope: scope as Scope })}
      >
        {scopes.map((scope) => (
          <ToggleButton key={scope} id={scope} className={styles['scope'] ?? ''}>
            {t(`scope.${scope}`)} <span className={styles['count']}>{format.number(counts[scope])}</span>
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <div className={styles['state']}>
        <Select<StateFilter>
          label={t('state.label')}
          hideLabel
          options={states.map((value) => ({ value, label: t(`state.${value}`) }))}
          value={filter.state}
          onChange={(state) => onChange({ state })}
        />
      </div>
      <div className={styles['search']}>
        <SearchField label={t('search')} value={filter.search} onChange={(search) => onChange({ search })} />
      </div>
    </div>
  );
}
