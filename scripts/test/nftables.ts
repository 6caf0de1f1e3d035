/** The tests of address translation build routers of network namespaces; on Debian what they need is installed. */
import { delimiter } from 'node:path';
import { installOnDebian, onPath } from './debian.ts';

/**
 * Sees to it that there are `ip` and `nft`, which only root can use.
 * @returns false where they cannot be had here
 */
export async function ensureNftables(): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  // Root's own programs are not on everybody's PATH.
  process.env['PATH'] = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`;
  const hasRouters =
    (onPath('nft') && onPath('ip')) !== undefined || (await installOnDebian('nftables', 'iproute2'));
  // Without it only the tests of opened ports are left out, and say so.
  if (hasRouters && !onPath('miniupnpd')) await installOnDebian('miniupnpd-nftables');
  return hasRouters;
}
