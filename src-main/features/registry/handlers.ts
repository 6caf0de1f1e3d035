import type { registryContract } from '#shared/features/registry/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Registry } from './types.ts';

export function createRegistryHandlers(registry: Registry): Handlers<typeof registryContract> {
  return {
    'tools.list': ({ limit, scope }) => ({ items: registry.list(scope).slice(0, limit) }),
    'tools.search': ({ limit, text }) => ({ items: registry.search(text, limit) }),
    'tools.show': ({ id }) => registry.show(id),
    'tools.approve': ({ fingerprint, id }) => registry.approve(id, fingerprint),
    'tools.reject': ({ id }) => registry.reject(id),
    'tools.alias': ({ alias, id }) => registry.alias(id, alias),
    'tools.watch': (_input, { signal }) =>
      watch(signal, registry.counts, (changed) => registry.on('changed', changed)),
  };
}
