import { useTranslation } from 'react-i18next';
import type { Resemblance } from '#shared/features/registry/conflicts.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Note } from '../../../ui/note.tsx';
import { Inline } from '../../../ui/page.tsx';

/** Better known names that those of a tool are like, the best known first. */
export function Resembles({ items }: { items: readonly Resemblance[] }) {
  const { t } = useTranslation('catalog');
  if (items.length === 0) return null;
  return (
    <Note tone="warn">
      <strong>{t('resembles.title')}</strong>
      <ul>
        {items.map((item, index) => (
          <li key={index}>
            <Likeness item={item} />
          </li>
        ))}
      </ul>
    </Note>
  );
}

function Likeness({ item: { kind, like, name, what } }: { item: Resemblance }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const whose = like.providerName ?? `${like.providerId.slice(0, 12)}…`;
  return (
    <>
      {t(`resembles.${kind}.${what}`, { name, like: like.name })}
      <Inline>
        {what !== 'provider' && like.standing !== 'own' && <bdi>{whose}</bdi>}
        <code dir="ltr">{`${like.providerId.slice(0, 12)}…`}</code>
        <Badge plain tone={like.standing === 'stranger' ? 'idle' : 'ok'}>
          {t(`resembles.${like.standing}`)}
        </Badge>
        <span>{t('resembles.since', { date: format.dateTime(like.since) })}</span>
      </Inline>
    </>
  );
}
