/**
 * Optional abilities of the protocol: names that nodes offer each other in the hello. A feature is used only where both
 * ends offer it, and it is offered only while it is active here (see `governance`).
 */

/** `name`, or `name/major` where a later form is another feature. */
export const FEATURE_NAME = /^[a-z][a-z0-9-]{0,39}(?:\/[1-9][0-9]{0,2})?$/;

export interface FeatureInfo {
  name: string;
  /** One sentence for people who read code or JSON; the interface has words of its own. */
  about: string;
  /** `always`: on from the release that brought it. `decided`: off until the network adopted it by a proposal. */
  activation: 'always' | 'decided';
  /** The files that use it: whoever changes the feature starts there. */
  usedIn: readonly string[];
}

/** Tells the other end on an open link that a feature was switched on or off, instead of on the next link only. */
export const FEATURE_CHANGES = 'feature-changes/1';

/** Every feature that this code runs. Names are never used again for something else. */
export const FEATURES: readonly FeatureInfo[] = [
  {
    name: FEATURE_CHANGES,
    about: 'Features that are switched on or off are told on open links.',
    activation: 'always',
    usedIn: ['src-main/features/p2p/rpc/link.ts'],
  },
  {
    name: 'reconcile/1',
    about: 'Records are compared range by range instead of by whole inventories.',
    activation: 'always',
    usedIn: ['src-main/features/records/reading.ts'],
  },
  {
    name: 'grants/1',
    about: 'Grants are told to those who hold them, and requests for access are taken.',
    activation: 'always',
    usedIn: ['src-main/features/access/grants/exchange.ts'],
  },
  {
    name: 'fleet/1',
    about: 'Nodes of one provider know each other, and machines join it by a code.',
    activation: 'always',
    usedIn: ['src-main/features/fleet/own-nodes.ts', 'src-main/features/fleet/seeking.ts'],
  },
  {
    name: 'packages/1',
    about: 'Packages are described, and their pieces given, to peers that ask for them.',
    activation: 'always',
    usedIn: ['src-main/features/packages/documents.ts'],
  },
  {
    name: 'texts-along/1',
    about: 'Texts beside records come in the answer that brings the records.',
    activation: 'decided',
    usedIn: ['src-main/features/records/reading.ts', 'src-main/features/records/serving.ts'],
  },
];
