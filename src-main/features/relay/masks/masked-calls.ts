/** Calls under a fresh identity: the same way out, through a node that is not ours to see. */
import { withoutIdentityWish } from '#shared/features/relay/masking.ts';
import type { McpExchange } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { CallableTool } from '../../registry/index.ts';
import type { HopClock } from '../hop-clock.ts';
import type { Outgoing, RemoteOutcome } from '../outgoing.ts';
import type { SecretGuard } from '../secret-guard.ts';
import { createMasks, type Mask, type MasksDeps } from './masks.ts';

export interface MaskedCalls {
  call(
    tool: CallableTool,
    params: JsonObject,
    exchange: McpExchange,
    hops: HopClock,
    guard: SecretGuard,
  ): Promise<RemoteOutcome>;
  close(): Promise<void>;
}

/** @param outgoingOf the way out through the node of a mask */
export function createMaskedCalls(deps: MasksDeps, outgoingOf: (mask: Mask) => Outgoing): MaskedCalls {
  const masks = createMasks(deps);
  const ways = new WeakMap<Mask, Outgoing>();

  async function wayTo(provider: ProviderId): Promise<{ mask: Mask; way: Outgoing }> {
    const mask = await masks.of(provider);
    const way = ways.get(mask) ?? outgoingOf(mask);
    ways.set(mask, way);
    return { mask, way };
  }

  return {
    async call(tool, params, exchange, hops, guard) {
      const { mask, way } = await wayTo(tool.provider);
      return way.call(tool, withoutIdentityWish(params), unnamed(exchange, mask.session), hops, guard);
    },
    close: masks.close,
  };
}

/** Without what would tell the client from others: its name, its session, whose call it passes on. */
function unnamed({ ask, caller, notify, signal }: McpExchange, session: string): McpExchange {
  const { capabilities, era, principal, protocolVersion } = caller;
  return { ask, notify, signal, caller: { capabilities, era, principal, protocolVersion, session } };
}
