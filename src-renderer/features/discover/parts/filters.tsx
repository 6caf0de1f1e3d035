import { useTranslation } from 'react-i18next';
import type { ListingKind } from '#shared/features/registry/central.ts';
import { SearchField, Select } from '../../../ui/fields.tsx';
import styles from './filters.module.css';

export const kinds = ['any', 'remote', 'npm', 'pypi', 'oci', 'other'] as const;

export interface Filter {
  text: string;
  kind: ListingKind | 'any';
}

export function Filters({ filter, onChange }: { filter: Filter; onChange(filter: Filter): void }) {
  const { t } = useTranslation('discover');
  return (
    <div className={styles['filters']}>
      <div className={styles['search']}>
        <SearchField
          label={t('search')}
          value={filter.text}
          onChange={(text) => onChange({ ...filter, text })}
        />
      </div>
      <Select<Filter['kind']>
        label={t('kind.label')}
        hideLabel
        options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
        value={filter.kind}
        onChange={(kind) => onChange({ ...filter, kind })}
      />
    </div>
  );
}
