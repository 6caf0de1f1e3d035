import { useTranslation } from 'react-i18next';
import { TextField } from '../../../ui/fields.tsx';

/** Asked for whatever the provider key signs, where the keys are sealed. */
export function PassphraseField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation('fleet');
  return <TextField required type="password" label={t('passphrase')} value={value} onChange={onChange} />;
}
