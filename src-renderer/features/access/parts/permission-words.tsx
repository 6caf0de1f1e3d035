import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { CellLines } from '../../../ui/table.tsx';
import { useProviderNames } from '../../peers/index.ts';
import type { PermissionRow } from '../permissions.ts';

/** The tools of a row in few words. */
export function useWhatText(): (row: PermissionRow) => string {
  const { t } = useTranslation('access');
  return useCallback(
    ({ of, tools }) => {
      const [only] = tools;
      if (tools.length === 1 && only !== undefined) return only;
      if (tools.length === of) return of === 0 ? t('tools.unknown') : t('tools.all', { count: of });
      return t('tools.some', { count: tools.length, of });
    },
    [t],
  );
}

/** What lets them in. */
export function Way({ row: { grant, idle } }: { row: PermissionRow }) {
  const { t } = useTranslation('access');
  const format = useFormats();
  if (idle)
    return (
      <Badge plain tone="warn">
        {t('idle')}
      </Badge>
    );
  return grant ? t('byGrant', { date: format.date(grant.expiresAt) }) : t('byShare');
}

/** When somebody last called, and who, where that is not said already. */
export function LastUse({ row: { lastUse, who }, brief = false }: { row: PermissionRow; brief?: boolean }) {
  const { t } = useTranslation('access');
  const format = useFormats();
  const nameOf = useProviderNames();
  const { clock } = useNodeLink();
  if (!lastUse) return t(brief ? 'used.neverBrief' : 'used.never');
  const when = format.ago(lastUse.at, clock.now());
  if (brief) return when;
  const by = who.kind === 'provider' ? undefined : nameOf(lastUse.providerId, lastUse.providerName);
  return by === undefined ? when : <CellLines first={when} second={<bdi>{by}</bdi>} />;
}
