import { useTranslation } from 'react-i18next';
import { useQuery } from '../../../platform/use-query.ts';
import { Select } from '../../../ui/fields.tsx';

/** Which view of the catalog a client gets; not shown while there is only one. */
export function ProfileSelect({ value, onChange }: { value: string; onChange(profile: string): void }) {
  const { t } = useTranslation('clients');
  const { data } = useQuery((node, signal) => node['profiles.list']({}, { signal }), []);
  const names = data?.items.map(({ name }) => name) ?? [];
  if (names.length < 2) return null;
  return (
    <Select
      label={t('connect.profile')}
      options={names.map((name) => ({ value: name, label: name }))}
      value={value}
      onChange={onChange}
    />
  );
}
