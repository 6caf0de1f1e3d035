import { useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { NodeClient } from '#shared/contract.ts';
import { type Query, useQuery } from '../../platform/use-query.ts';
import { useStream } from '../../platform/use-stream.ts';
import { useProviderNames } from '../peers/index.ts';
import type { Who } from './permissions.ts';

/** Reads from the node, and again whenever the node says that something about access changed. */
export function useAccessQuery<Result>(
  read: (node: NodeClient, signal: AbortSignal) => Promise<Result>,
): Query<Result> {
  const query = useQuery(read, []);
  const { value } = useStream((node, options) => node['access.watch']({}, options));
  const { reload } = query;
  const seen = useRef<typeof value>(undefined);
  useEffect(() => {
    // The first word comes at once, and says nothing new.
    if (value && seen.current) reload();
    seen.current = value;
  }, [value, reload]);
  return query;
}

/** A party of the permissions in words. */
export function useWhoText(): (who: Who) => string {
  const { t } = useTranslation('access');
  const nameOf = useProviderNames();
  return useCallback(
    (who) => {
      if (who.kind !== 'provider') return t(`who.${who.kind}`);
      const name = nameOf(who.id, who.name);
      return who.whileKnown ? t('who.whileKnown', { name }) : name;
    },
    [t, nameOf],
  );
}
