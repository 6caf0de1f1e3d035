import { useTranslation } from 'react-i18next';
import type { Share } from '#shared/features/access/contract.ts';
import { callersOf, overrideOf } from '#shared/features/access/rules.ts';
import { Tag } from '../../../ui/badge.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { useWho } from './who-text.ts';

/** Tools that are shared one by one, or told apart from the rest: who may call each, and what is said of it. */
export function SharedTools({ share }: { share: Share }) {
  const { t } = useTranslation('sharing');
  const who = useWho();
  const names = [...new Set([...(share.tools ?? []), ...Object.keys(share.overrides ?? {})])].sort();
  if (names.length === 0) return null;
  return (
    <Stack>
      <h3>{share.tools ? t('tools.only') : t('tools.apart')}</h3>
      <List label={share.tools ? t('tools.only') : t('tools.apart')}>
        {names.map((name) => {
          const { note, tags = [] } = overrideOf(share, name) ?? {};
          return (
            <ListRow
              key={name}
              title={<code dir="ltr">{name}</code>}
              sub={
                <>
                  {who.tool(callersOf(share, name))}
                  {note && (
                    <>
                      {' · '}
                      <span dir="auto">{note}</span>
                    </>
                  )}
                </>
              }
              states={
                tags.length > 0 && (
                  <Inline>
                    {tags.map((tag) => (
                      <Tag key={tag}>{tag}</Tag>
                    ))}
                  </Inline>
                )
              }
            />
          );
        })}
      </List>
    </Stack>
  );
}
