import { useTranslation } from 'react-i18next';
import { SEAL_POLICIES, type SealPolicy } from '#shared/features/access/seal-policies.ts';
import { Select } from '../../../ui/fields.tsx';

export interface SealFieldProps {
  label: string;
  description?: string;
  /** What holds where nothing is said; absent: something is always said. */
  inherited?: SealPolicy;
  value: SealPolicy | undefined;
  onChange(value: SealPolicy | undefined): void;
}

/** Nothing of its own is said of the tool. */
const AS_SERVER = 'server';
type Choice = SealPolicy | typeof AS_SERVER;

/** Whether calls are sealed up to this node, of a server or of one of its tools. */
export function SealField({ label, description, inherited, value, onChange }: SealFieldProps) {
  const { t } = useTranslation('sharing');
  const own = SEAL_POLICIES.map((policy) => ({ value: policy, label: t(`seal.policy.${policy}`) }));
  const asServer = inherited && {
    value: AS_SERVER as Choice,
    label: t('seal.asServer', { policy: t(`seal.policy.${inherited}`) }),
  };
  return (
    <Select<Choice>
      label={label}
      description={description}
      options={asServer ? [asServer, ...own] : own}
      value={value ?? AS_SERVER}
      onChange={(next) => onChange(next === AS_SERVER ? undefined : next)}
    />
  );
}
