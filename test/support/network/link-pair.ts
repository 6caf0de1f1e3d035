/** Two links joined back to back, with a wire between them that cuts and delays bytes as a test wishes. */
import type { Hello } from '#shared/features/p2p/hello.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { RpcHandler } from '#main/features/p2p/index.ts';
import { DEFAULT_LIMITS } from '#main/features/p2p/index.ts';
import { createLink, type Link } from '#main/features/p2p/rpc/link.ts';
import type { VirtualClock } from '#test/support/virtual-clock.ts';

export interface LinkEnd {
  link: Link;
  handlers: Map<string, RpcHandler>;
  /** Why the link ended. */
  closed: AppError[];
  /** Largest number of bytes handed to the wire in one write. */
  largestWrite: number;
  faults: unknown[];
}

export interface LinkPairOptions {
  clock: VirtualClock;
  random: Random;
  hello?: Partial<Hello>;
  /** What each end says differently. */
  hellos?: [Partial<Hello>, Partial<Hello>];
  /** Bytes under way in one direction before a write answers false. Default 64 KiB. */
  capacity?: number;
  /** Whether bytes arrive at all; asked for each write. */
  carries?: () => boolean;
}

const hello = (changes: Partial<Hello> = {}): Hello => ({
  min: 1,
  max: 1,
  features: [],
  agent: 'pair',
  limits: DEFAULT_LIMITS,
  certificate: new Uint8Array(0),
  ...changes,
});

/** The first end has opened the link. */
export function createLinkPair(options: LinkPairOptions): [LinkEnd, LinkEnd] {
  const { clock, random } = options;
  const capacity = options.capacity ?? 64 * 1024;
  const ends: LinkEnd[] = [];

  /** Pieces of random size, each a moment later than the one before. */
  function deliver(bytes: Uint8Array, to: LinkEnd): void {
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + Math.floor(random.float() * bytes.length);
      to.link.receive(bytes.slice(at, at + size));
      at += size;
    }
  }

  function createEnd(index: 0 | 1): LinkEnd {
    const end: Omit<LinkEnd, 'link'> = { handlers: new Map(), closed: [], largestWrite: 0, faults: [] };
    let underWay = 0;
    const link = createLink(
      {
        clock,
        peerId: `peer-${1 - index}`,
        network: 'public',
        hello: hello({ ...options.hello, ...options.hellos?.[index] }),
        admit: () => ({ ok: true, providerId: `provider-${1 - index}` }),
        handler: (protocol) => end.handlers.get(protocol),
        addresses: () => [],
        carrier: () => ({ transport: 'other', path: 'direct' }),
        onReady: () => undefined,
        onClosed: (error) => void end.closed.push(error),
        onFault: (error) => void end.faults.push(error),
        duplex: {
          write(bytes) {
            const copy = bytes.slice();
            end.largestWrite = Math.max(end.largestWrite, copy.length);
            underWay += copy.length;
            clock.after(1, () => {
              const full = underWay >= capacity;
              underWay -= copy.length;
              if (options.carries?.() ?? true) deliver(copy, ends[1 - index] as LinkEnd);
              if (full && underWay < capacity) link.drained();
            });
            return underWay < capacity;
          },
          close: () => undefined,
          abort: () => undefined,
        },
      },
      { initiator: index === 0 },
    );
    return Object.assign(end, { link });
  }

  ends.push(createEnd(0), createEnd(1));
  return ends as [LinkEnd, LinkEnd];
}
