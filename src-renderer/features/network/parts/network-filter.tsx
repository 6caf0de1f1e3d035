import { useTranslation } from 'react-i18next';
import { Select } from '../../../ui/fields.tsx';
import { useNetwork } from '../store.ts';
import { useNetworkName } from './network-name.tsx';

/** Which network's peers are shown; nothing where there is only one to choose from. */
export function NetworkFilter({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation('network');
  const nameOf = useNetworkName();
  const networks = useNetwork().data?.networks ?? [];
  if (networks.length < 2) return null;
  return (
    <Select
      hideLabel
      label={t('filter.network')}
      value={value}
      onChange={onChange}
      options={[
        { value: 'any', label: t('filter.anyNetwork') },
        ...networks.map((network) => ({ value: network.id, label: nameOf(network) })),
      ]}
    />
  );
}
