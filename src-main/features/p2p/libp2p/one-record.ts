/**
 * The multiplexer hands header and payload to the encrypted connection as two pieces, and TLS makes a record, and a system
 * call, of each. Small frames are joined first: a call then costs two writes and two reads less.
 */
import type { ComponentLogger, MultiaddrConnection, StreamMuxerFactory } from '@libp2p/interface';
import type { Uint8ArrayList } from 'uint8arraylist';

/** A TLS record holds this much; larger frames are split anyway, and copying them would cost more than it saves. */
const MAX_JOINED = 16 * 1024;

type Components = { logger: ComponentLogger };
type MuxerFactory = (components: Components) => StreamMuxerFactory;

/** The same multiplexer over connections that join small frames before they are encrypted. */
export const joiningSmallFrames =
  (muxer: MuxerFactory): MuxerFactory =>
  (components) => {
    const factory = muxer(components);
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection: MultiaddrConnection) {
        const send = connection.send.bind(connection);
        connection.send = (data) => send(isSmallList(data) ? data.subarray() : data);
        return factory.createStreamMuxer(connection);
      },
    };
  };

const isSmallList = (data: Uint8Array | Uint8ArrayList): data is Uint8ArrayList =>
  !(data instanceof Uint8Array) && data.byteLength <= MAX_JOINED;
