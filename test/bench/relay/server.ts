/** The other process: serves every path and says where. Ends when its parent goes. */
import { PATH_NAMES, PATHS } from './paths.ts';

process.on('disconnect', () => process.exit(0));

const addresses: Record<string, string> = {};
for (const name of PATH_NAMES) addresses[name] = await PATHS[name].serve();
process.send?.(addresses);

let before = process.cpuUsage();
/** Every message asks for the CPU time since the last one, in microseconds. */
process.on('message', () => {
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  process.send?.(user + system);
});
