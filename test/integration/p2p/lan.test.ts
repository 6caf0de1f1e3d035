/** Discovery on the local network, in a network namespace of the test's own, so that no packet leaves the machine. */
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** A pair of interfaces that lead nowhere else; multicast loops back to whoever listens on the first. */
const LAN = [
  'ip link set lo up',
  'ip link add lan0 type veth peer name lan1',
  'ip addr add 10.77.0.1/24 dev lan0',
  'ip link set lan0 up multicast on && ip link set lan1 up',
  'ip route add 224.0.0.0/4 dev lan0',
].join(' && ');

const program = fileURLToPath(new URL('../../support/network/lan-process.ts', import.meta.url));

function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', ['--net', 'sh', '-c', LAN], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.skipIf(!hasNamespaces())(
  'nodes on one network find each other by mDNS, and the doctor sees them (needs Linux, root, unshare and ip)',
  async () => {
    const nodes = `${LAN} && exec "${process.execPath}" "${program}"`;
    const { stdout } = await promisify(execFile)('unshare', ['--net', 'sh', '-c', nodes], {
      timeout: 50_000,
    });
    expect(stdout).toBe('met, 1 neighbour, answered\n');
  },
);
