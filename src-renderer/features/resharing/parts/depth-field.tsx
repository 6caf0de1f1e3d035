import { useTranslation } from 'react-i18next';
import { Select } from '../../../ui/fields.tsx';

export interface DepthFieldProps {
  /** The most that can be allowed. */
  most: number;
  /** `undefined`: it may not be shared on. */
  value: number | undefined;
  onChange(depth: number | undefined): void;
}

const NEVER = '0';

/** How often a server may be shared on in a row. */
export function DepthField({ most, value, onChange }: DepthFieldProps) {
  const { t } = useTranslation('sharing');
  const depths = Array.from({ length: most }, (_, index) => index + 1);
  return (
    <Select
      label={t('on.depth')}
      description={t('on.depthHelp')}
      options={[
        { value: NEVER, label: t('on.never') },
        ...depths.map((depth) => ({ value: String(depth), label: t('on.times', { count: depth }) })),
      ]}
      value={String(value ?? NEVER)}
      onChange={(depth) => onChange(depth === NEVER ? undefined : Number(depth))}
    />
  );
}
