import { useTranslation } from 'react-i18next';
import type { ProfilePreview } from '#shared/features/clients/contract.ts';
import { useFormats } from '../../../platform/formats.ts';

export type Cost = Pick<ProfilePreview, 'tools' | 'tokens' | 'mode' | 'listed'>;

/** How many tools a profile shows, whether they are listed, and about how much a model reads of them. */
export function PreviewWords({ preview }: { preview: Cost | undefined }) {
  const { t } = useTranslation('profiles');
  const format = useFormats();
  if (!preview) return <span>{t('counting')}</span>;
  const { listed, mode, tokens, tools } = preview;
  const count = t('tools', { count: tools });
  if (mode === 'full')
    return (
      <span>
        {count} · {t('cost', { tokens: format.number(tokens) })}
      </span>
    );
  return (
    <span>
      {count} · {t('budget.searched')} · {t('budget.reads', { tokens: format.number(listed.tokens) })}{' '}
      {t('budget.instead', { tokens: format.number(tokens) })}
    </span>
  );
}
