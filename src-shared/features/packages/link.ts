/**
 * A link to a release, as people hand it on: `toolswarm:package/<publisher>/<name>@<version>/<release>?at=<address>`. It
 * names by hash what it means; addresses only say where to ask first. Anybody can write one. Pure.
 */
import { AppError } from '../../kernel/errors.ts';
import { isProviderId, type ProviderId } from '../../kernel/ids.ts';
import { packageNameSchema, type ReleaseId, versionSchema } from './release.ts';

const PREFIX = 'toolswarm:package/';
/** Addresses in a link, each of at most so many characters. */
const MAX_ADDRESSES = 4;
const MAX_ADDRESS = 300;
const MAX_LINK = 2_000;

export interface PackageLink {
  provider: ProviderId;
  name: string;
  version: string;
  release: ReleaseId;
  /** Multiaddrs of nodes that have it. */
  addresses: string[];
}

export const isPackageLink = (text: string): boolean =>
  text.toLowerCase().startsWith(PREFIX) || text.toLowerCase().startsWith('toolswarm://package/');

export function writePackageLink({ addresses, name, provider, release, version }: PackageLink): string {
  const at = addresses.slice(0, MAX_ADDRESSES).map((address) => `at=${encodeURIComponent(address)}`);
  const query = at.length > 0 ? `?${at.join('&')}` : '';
  return `${PREFIX}${provider}/${name}@${encodeURIComponent(version)}/${release}${query}`;
}

/** Throws `packages.bad_link`. */
export function readPackageLink(text: string): PackageLink {
  const [, provider = '', name = '', version = '', release = '', query = ''] =
    /^toolswarm:(?:\/\/)?package\/([A-Za-z0-9]+)\/([a-z0-9_-]+)@([^/?]+)\/([0-9a-f]{64})(?:\?(.*))?$/i.exec(
      text.length > MAX_LINK ? '' : text.trim(),
    ) ?? [];
  const decoded = decode(version);
  if (!isProviderId(provider) || !packageNameSchema.safeParse(name).success) throw badLink();
  if (decoded === undefined || !versionSchema.safeParse(decoded).success) throw badLink();
  return { provider, name, version: decoded, release: release.toLowerCase(), addresses: addressesIn(query) };
}

const addressesIn = (query: string): string[] =>
  query
    .split('&')
    .flatMap((part) => (part.startsWith('at=') ? (decode(part.slice(3)) ?? []) : []))
    .filter((address) => address.startsWith('/') && address.length <= MAX_ADDRESS)
    .slice(0, MAX_ADDRESSES);

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a broken escape: said as a bad link
  }
}

const badLink = (): AppError =>
  new AppError('packages.bad_link', 'This is not a link to a package.', {
    advice: 'Copy it whole; it begins with toolswarm:package/ and ends with 64 letters and digits.',
  });
