import { useEffect, useMemo } from 'react';
import type { Share } from '#shared/features/access/contract.ts';
import type { Fault } from '../../../platform/faults.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { usePeers } from '../../peers/index.ts';
import { useServers } from '../../servers/index.ts';
import { type PermissionRow, permissionRows } from '../permissions.ts';
import { useAccessQuery } from '../use-access.ts';

/** Calls under shares are not told one by one: when somebody last called is read again this often. */
const USES_MS = 10_000;

export interface Permissions {
  /** Undefined until the node has said. */
  rows: PermissionRow[] | undefined;
  shares: readonly Share[];
  fault: Fault | undefined;
  reload(): void;
}

/** Who may call what now; kept up to date while it is shown. */
export function usePermissions(byTool: boolean): Permissions {
  const { clock } = useNodeLink();
  const peers = usePeers();
  const servers = useServers((state) => state.items);
  const access = useAccessQuery(async (node, signal) => {
    const [{ items: shares }, { made }] = await Promise.all([
      node['access.shares']({}, { signal }),
      node['access.grants']({}, { signal }),
    ]);
    return { shares, made };
  });
  const uses = useQuery((node, signal) => node['invocations.uses']({}, { signal }), []);
  const tools = useQuery(
    (node, signal) => node['tools.list']({ scope: 'local' }, { signal }),
    [servers?.map(({ name, toolCount }) => [name, toolCount])],
  );
  const readUses = uses.reload;
  useEffect(() => {
    const timer = clock.every(USES_MS, readUses);
    return () => timer.cancel();
  }, [clock, readUses]);
  const rows = useMemo(() => {
    if (!access.data || !tools.data) return undefined;
    const { made, shares } = access.data;
    const known = new Set(peers?.flatMap((peer) => (peer.known ? [peer.providerId] : [])));
    const offered = Map.groupBy(tools.data.items, ({ server }) => server);
    return permissionRows(
      {
        shares,
        grants: made,
        uses: uses.data?.items ?? [],
        offered: new Map([...offered].map(([server, list]) => [server, list.map(({ name }) => name)])),
        isKnown: (id) => known.has(id),
      },
      byTool,
    );
  }, [access.data, tools.data, uses.data, peers, byTool]);
  return {
    rows,
    shares: access.data?.shares ?? [],
    fault: access.fault ?? tools.fault ?? uses.fault,
    reload: access.reload,
  };
}
