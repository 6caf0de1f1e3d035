/** Addresses below `/packages`. Ids of packages have a slash in them, so none of them is the name of a view. */

export const tabs = ['discover', 'installed', 'updates', 'published'] as const;
export type TabId = (typeof tabs)[number];

export type PackagePlace =
  | { kind: 'tab'; tab: TabId; dialog?: 'publish' }
  | { kind: 'review'; what: string }
  | { kind: 'publisher'; provider: string }
  | { kind: 'package'; id: string };

/** Where an address leads; both parts are decoded. */
export function placeAt(view: string | undefined, rest?: string): PackagePlace {
  if (view === undefined) return { kind: 'tab', tab: 'discover' };
  if (view === 'review' && rest) return { kind: 'review', what: rest };
  if (view === 'publisher' && rest) return { kind: 'publisher', provider: rest };
  if (view === 'published' && rest === 'publish') return { kind: 'tab', tab: 'published', dialog: 'publish' };
  const tab = tabs.find((one) => one === view);
  if (tab) return { kind: 'tab', tab };
  return view.includes('/') ? { kind: 'package', id: view } : { kind: 'tab', tab: 'discover' };
}

const inAddress = encodeURIComponent;

export const addressOfTab = (tab: TabId): string => (tab === 'discover' ? '/packages' : `/packages/${tab}`);
export const addressOfPackage = (id: string): string => `/packages/${inAddress(id)}`;
export const addressOfReview = (what: string): string => `/packages/review/${inAddress(what)}`;
export const addressOfPublisher = (provider: string): string => `/packages/publisher/${inAddress(provider)}`;

const LINK = /^toolswarm:(\/\/)?package\/\S+$/i;
const RELEASE = /^[0-9a-f]{64}$/;
const ID = /^z[1-9A-HJ-NP-Za-km-z]{20,62}\/[a-z0-9][a-z0-9_-]{0,30}(@\S{1,64})?$/;

/** What a person pasted, where it can name a package: a link, an id with or without a version, the id of a release. */
export function namedBy(text: string): string | undefined {
  const trimmed = text.trim();
  return [LINK, RELEASE, ID].some((form) => form.test(trimmed)) ? trimmed : undefined;
}
