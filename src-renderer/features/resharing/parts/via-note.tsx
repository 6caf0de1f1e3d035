import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { Note } from '../../../ui/note.tsx';
import { useProviderNames } from '../../peers/index.ts';

/** Where a tool comes from that its provider does not run himself. */
export function ViaNote({ via }: { via: readonly string[] }) {
  const { t } = useTranslation('sharing');
  const format = useFormats();
  const nameOf = useProviderNames();
  const [origin = '', ...others] = via;
  return (
    <Note>
      {t('on.via', { origin: nameOf(origin), others: format.list(others.map((one) => nameOf(one))) })}
    </Note>
  );
}
