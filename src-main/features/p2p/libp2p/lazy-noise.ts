/**
 * Noise for the few who have nothing else. Its library starts WebAssembly as soon as it is loaded, which would make every
 * node larger for what nodes of this program never choose among themselves.
 */
import type { noise } from '@chainsafe/libp2p-noise';
import { type ConnectionEncrypter, serviceCapabilities } from '@libp2p/interface';

interface Capable {
  [serviceCapabilities]: string[];
}
type Components = Parameters<ReturnType<typeof noise>>[0];

const NOISE_PROTOCOL = '/noise';

/** Noise as a node offers it, loaded when the first peer wants it. */
export const lazyNoise =
  () =>
  (components: Components): ConnectionEncrypter & Capable => {
    let loaded: Promise<ConnectionEncrypter> | undefined;
    const load = () =>
      (loaded ??= import('@chainsafe/libp2p-noise').then(({ noise }) => noise()(components)));
    return {
      [serviceCapabilities]: ['@libp2p/connection-encryption'],
      protocol: NOISE_PROTOCOL,
      secureInbound: async (stream, options) => (await load()).secureInbound(stream, options),
      secureOutbound: async (stream, options) => (await load()).secureOutbound(stream, options),
    };
  };
