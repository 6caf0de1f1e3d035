import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Select, TextField } from '../../../ui/fields.tsx';
import { usePeers, useProviderNames } from '../../peers/index.ts';

/** Stands for a provider who is not in the list. */
const BY_ID = '+id';

export interface ProviderFieldProps {
  value: string;
  onChange(id: string): void;
  error: string | undefined;
}

/** A provider who was met, or any other by the id that he gave. */
export function ProviderField({ value, onChange, error }: ProviderFieldProps) {
  const { t } = useTranslation('access');
  const peers = usePeers() ?? [];
  const nameOf = useProviderNames();
  const met = [
    ...new Set(peers.flatMap(({ blocked, providerId }) => (providerId && !blocked ? [providerId] : []))),
  ];
  const [byId, setById] = useState(met.length === 0 || (value !== '' && !met.includes(value)));
  return (
    <>
      {met.length > 0 && (
        <Select
          label={t('field.to')}
          options={[
            ...met.map((id) => ({ value: id, label: nameOf(id) })),
            { value: BY_ID, label: t('field.byId') },
          ]}
          value={byId ? BY_ID : value}
          error={byId ? undefined : error}
          required
          onChange={(id) => {
            setById(id === BY_ID);
            onChange(id === BY_ID ? '' : id);
          }}
        />
      )}
      {byId && (
        <TextField
          label={t('field.id')}
          placeholder="z6Mk…"
          value={value}
          onChange={onChange}
          error={error}
          code
          required
        />
      )}
    </>
  );
}
