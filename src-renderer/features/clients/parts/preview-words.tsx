import { useTranslation } from 'react-i18next';
import type { ProfilePreview } from '#shared/features/clients/contract.ts';
import { useFormats } from '../../../platform/formats.ts';

/** How many tools a profile shows, and about how much a model reads for them. */
export function PreviewWords({ preview }: { preview: ProfilePreview | undefined }) {
  const { t } = useTranslation('profiles');
  const format = useFormats();
  if (!preview) return <span>{t('counting')}</span>;
  const { tools, tokens } = preview;
  return (
    <span>
      {t('tools', { count: tools })} · {t('cost', { tokens: format.number(tokens) })}
    </span>
  );
}
