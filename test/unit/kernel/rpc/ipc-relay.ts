/** A child whose IPC channel is joined to a socket of the test, so that a test holds both ends of the IPC. */
import { channelOverProcess, joinChannels } from '#shared/kernel/rpc/index.ts';
import { channelOverSocket, connectSocket } from '#main/platform/socket-channel.ts';

const ipc = channelOverProcess(process);
const socket = await connectSocket(process.argv[2] ?? '');
joinChannels(ipc, channelOverSocket(socket, { maxLineLength: 10_000_000 }));
ipc.send('joined');
