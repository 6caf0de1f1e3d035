/** Asks the local network who is there, as mDNS does, and counts who answers; the node itself is one of them. */
import { createSocket, type Socket } from 'node:dgram';
import { concatBytes, utf8 } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';

const GROUP = '224.0.0.251';
const PORT = 5353;
/** Answers come within a fraction of a second, or not at all. */
const LISTEN_MS = 1500;
/** Answers looked at; a local network has fewer nodes. */
const MAX_ANSWERS = 256;

/** The number of addresses that answered for `service` (`_name._udp.local`); 0 where multicast does not work. */
export function countMdnsAnswers(service: string, clock: Clock, signal: AbortSignal): Promise<number> {
  const seen = new Set<string>();
  const label = Buffer.from(service.split('.')[0] ?? service);
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    const timer = clock.after(LISTEN_MS, finish);
    signal.addEventListener('abort', finish, { once: true });
    function finish(): void {
      timer.cancel();
      signal.removeEventListener('abort', finish);
      closeQuietly(socket);
      resolve(seen.size);
    }
    socket.on('message', (message, { address, port }) => {
      if (isAnswer(message) && message.includes(label) && seen.size < MAX_ANSWERS)
        seen.add(`${address}:${port}`);
    });
    // No multicast here: that is the very thing to find out.
    socket.on('error', finish);
    socket.bind(PORT, () => {
      try {
        socket.addMembership(GROUP);
        socket.setMulticastLoopback(true);
        socket.send(question(service), PORT, GROUP, (error) => error && finish());
      } catch {
        // As above: an interface without multicast.
        finish();
      }
    });
  });
}

const isAnswer = (message: Buffer): boolean => message.length > 12 && ((message[2] ?? 0) & 0x80) !== 0;

/** One question of RFC 6762: PTR, class IN. */
function question(service: string): Uint8Array {
  const header = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  const labels = service.split('.').map((label) => concatBytes(Uint8Array.of(label.length), utf8(label)));
  return concatBytes(header, ...labels, Uint8Array.of(0, 0, 12, 0, 1));
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It was closed by its own error.
  }
}
