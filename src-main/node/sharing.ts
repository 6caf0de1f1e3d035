/** Sharing as the operator commands it: access decides and keeps, the servers slice knows which tools there are. */
import type { accessContract } from '#shared/features/access/contract.ts';
import { invitationError } from '#shared/features/p2p/invitation.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId } from '#shared/kernel/ids.ts';
import type { Access } from '../features/access/index.ts';
import type { Registry } from '../features/registry/index.ts';
import type { Servers } from '../features/servers/index.ts';

export function createSharingHandlers(deps: {
  access: Access;
  servers: Servers;
  registry: Pick<Registry, 'checkShareable'>;
  /** The networks that this node is in. */
  networks(): readonly NetworkId[];
}): Handlers<typeof accessContract> {
  const { access, registry, servers } = deps;
  return {
    'access.shares': () => ({ items: access.shares() }),
    'servers.share'({
      audience,
      category,
      confirmed,
      delegation,
      listedFor,
      name,
      networks,
      overrides,
      seal,
      tools,
    }) {
      servers.get(name);
      if (networks?.some((id) => !deps.networks().includes(id)))
        throw invitationError('invitation.no_network');
      const offers = servers.offers(name);
      if (!offers)
        throw new AppError('access.not_listed_yet', `What “${name}” offers is not known yet.`, {
          advice: 'Start the server once, then share it.',
          retryable: true,
        });
      registry.checkShareable(name, tools);
      return access.share({
        server: name,
        audience,
        listedFor,
        confirmed,
        offered: offers.tools,
        tools,
        overrides,
        seal,
        delegation,
        category,
        networks,
      });
    },
    'servers.unshare'({ name }) {
      servers.get(name);
      access.unshare(name);
      return {};
    },
  };
}
