import { useEffect } from 'react';
import type { ServerUsage } from '#shared/features/servers/resources.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';

const EVERY_MS = 5_000;

/** What a running server uses of the machine, looked up again while somebody looks. */
export function useServerUsage(server: string, running: boolean): ServerUsage | undefined {
  const { clock } = useNodeLink();
  const { data, reload } = useQuery(
    async (node, signal) =>
      running
        ? (await node['servers.usage']({}, { signal })).items.find((one) => one.server === server)
        : undefined,
    [server, running],
  );
  useEffect(() => {
    if (!running) return;
    const timer = clock.every(EVERY_MS, () => {
      if (document.visibilityState === 'visible') reload();
    });
    return () => timer.cancel();
  }, [running, reload, clock]);
  return data;
}
