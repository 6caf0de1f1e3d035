import type { registryContract } from '#shared/features/registry/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Registry } from './types.ts';

export function createRegistryHandlers(registry: Registry): Handlers<typeof registryContract> {
  return {
    'tools.list': ({ limit, scope }) => ({ items: registry.list(scope).slice(0, limit) }),
    'tools.query': (query) => registry.query(query),
    'tools.search': ({ limit, text }) => registry.ask(text, limit),
    'tools.searchNetwork': ({ limit, text }, { signal }) => registry.searchNetwork(text, limit, signal),
    'tools.show': ({ id }) => registry.show(id),
    'tools.compare': ({ after, before, id }) => registry.compare(id, before, after),
    'tools.approve': ({ fingerprint, id }) => registry.approve(id, fingerprint),
    'tools.reject': ({ id }) => registry.reject(id),
    'tools.alias': ({ alias, id }) => registry.alias(id, alias),
    'tools.pin': ({ id, pin }) => registry.pin(id, pin),
    'tools.unpin': ({ id }) => registry.unpin(id),
    'tools.critical': () => ({ items: registry.critical() }),
    'tools.setCritical': ({ id, min }) => registry.setCritical(id, min),
    'tools.favourite': ({ favourite, id }) => registry.favourite(id, favourite),
    'tools.previewDecision': ({ verdict, which }) => registry.previewDecision(verdict, which),
    'tools.decide': ({ digest, verdict, which }) => registry.decide(verdict, which, digest),
    'tools.undo': ({ undo }) => registry.undo(undo),
    'rules.list': () => ({ items: registry.rules() }),
    'rules.preview': ({ position, rule }) => registry.previewRule(rule, position),
    'rules.add'({ position, rule }) {
      registry.addRule(rule, position);
      return { items: registry.rules() };
    },
    'rules.remove'({ id }) {
      registry.removeRule(id);
      return { items: registry.rules() };
    },
    'rules.reorder'({ ids }) {
      registry.reorderRules(ids);
      return { items: registry.rules() };
    },
    'tools.watch': (_input, { signal }) =>
      watch(signal, registry.counts, (changed) => registry.on('changed', changed)),
  };
}
