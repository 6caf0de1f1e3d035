/** What the parts about AI clients read, and how a chain is tested. */
import { useEffect, useState } from 'react';
import type { ClientSession, ProfilePreview, ProfileView } from '#shared/features/clients/contract.ts';
import type { ClientFile, Hop } from '#shared/features/clients/files.ts';
import type { Fault } from '../../platform/faults.ts';
import { follow } from '../../platform/follow.ts';
import { useNode, useNodeLink } from '../../platform/node-link.ts';
import { type Command, useCommand } from '../../platform/use-command.ts';
import { type Query, useQuery } from '../../platform/use-query.ts';
import { isProved } from './rules.ts';

export const useClientFiles = (): Query<{ items: ClientFile[] }> =>
  useQuery((node, signal) => node['clients.detect']({}, { signal }), []);

/** What a profile would show. */
export const usePreview = (profile: ProfileView): Query<ProfilePreview> =>
  useQuery((node, signal) => node['profiles.preview'](profile, { signal }), [profile]);

/** Who is connected, for as long as the part is shown. */
export function useSessions(): { sessions: ClientSession[] | undefined; fault: Fault | undefined } {
  const link = useNodeLink();
  const [state, setState] = useState<{ sessions?: ClientSession[]; fault?: Fault }>({});
  useEffect(() => {
    const stream = follow(link, {
      open: (node, options) => node['clients.sessions']({}, options),
      onItem: ({ items }) => setState({ sessions: items }),
      onFault: (fault) => setState((now) => ({ ...now, fault })),
    });
    return () => void stream.close();
  }, [link]);
  return { sessions: state.sessions, fault: state.fault };
}

export interface Proof {
  hops: readonly Hop[];
  command: Command<[], void>;
}

/** Tests the chain of a client; `onProved` is called when its last link held. */
export function useProof(client: ClientFile['id'], onProved?: (client: string) => void): Proof {
  const node = useNode();
  const [hops, setHops] = useState<readonly Hop[]>([]);
  const command = useCommand(async (signal) => {
    const told: Hop[] = [];
    setHops([]);
    for await (const hop of node['clients.prove']({ client }, { signal })) {
      told.push(hop);
      setHops([...told]);
    }
    if (isProved(told)) onProved?.(client);
  });
  return { hops, command };
}
