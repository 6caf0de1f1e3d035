/** The floors of the house and the order of the slices: who may see whom. docs/architecture.md says why. */

/**
 * Leftmost first: a slice sees those to its left. Pages of the renderer are outside of this order: they follow what a
 * person does and show several slices at once.
 */
export const SLICES: readonly string[] = [
  'identity',
  'settings',
  'metrics',
  'p2p',
  'records',
  'receipts',
  'trust',
  'fleet',
  'governance',
  'clients',
  'access',
  'registry',
  'billing',
  'servers',
  'packages',
  'relay',
  'clearing',
  'invoicing',
  'endpoint',
  'recovery',
  // The node as a whole: its contract (status, stop) stands to the right of every slice.
  'node',
  // The desktop application around the node: its own small contract, served by the window's program alone.
  'desktop',
];

/**
 * Data that nearly every slice speaks of although its owner stands further right. Seen from the given slice on;
 * those before it (the network and its records) know nothing of MCP.
 */
export const VOCABULARY: Readonly<Record<string, string>> = {
  'src-shared/features/registry/tool.ts': 'access',
  'src-shared/features/servers/config.ts': 'access',
  'src-shared/features/servers/offers.ts': 'access',
  // The port through which any slice shows work that takes a while.
  'src-shared/features/node/tasks.ts': 'identity',
};

/**
 * Doors beside a slice's index. The stdio bridge is a small process on every AI client's account: through the index it
 * would load the whole endpoint.
 */
export const SIDE_DOORS: readonly string[] = ['src-main/features/endpoint/bridge.ts'];

export type Floor =
  | 'kernel'
  | 'shared features'
  | 'joined contract'
  | 'platform'
  | 'main features'
  | 'node'
  | 'shells'
  | 'renderer platform'
  | 'renderer ui'
  | 'renderer features'
  | 'renderer app';

export interface Place {
  floor: Floor;
  /** The slice, or the shell, where the floor is divided into such. */
  slice?: string;
}

const BELOW_NODE: readonly Floor[] = ['kernel', 'shared features', 'platform', 'main features'];
const RENDERER_BASE: readonly Floor[] = ['kernel', 'shared features', 'joined contract', 'renderer platform'];

export const MAY_SEE: Readonly<Record<Floor, readonly Floor[]>> = {
  kernel: ['kernel'],
  'shared features': ['kernel', 'shared features'],
  // What stands beside it says something of each of its calls.
  'joined contract': ['kernel', 'shared features', 'joined contract'],
  platform: ['kernel', 'platform'],
  'main features': BELOW_NODE,
  node: [...BELOW_NODE, 'joined contract', 'node'],
  shells: [...BELOW_NODE, 'joined contract', 'node', 'shells'],
  'renderer platform': RENDERER_BASE,
  'renderer ui': ['kernel', 'renderer platform', 'renderer ui'],
  'renderer features': [...RENDERER_BASE, 'renderer ui', 'renderer features'],
  'renderer app': [...RENDERER_BASE, 'renderer ui', 'renderer features', 'renderer app'],
};

const PATTERNS: ReadonlyArray<readonly [RegExp, Floor]> = [
  [/^src-shared\/kernel\//, 'kernel'],
  [/^src-shared\/features\/([^/]+)\//, 'shared features'],
  [/^src-shared\/[^/]+$/, 'joined contract'],
  [/^src-main\/platform\//, 'platform'],
  [/^src-main\/features\/([^/]+)\//, 'main features'],
  [/^src-main\/node\//, 'node'],
  [/^src-main\/shells\/([^/]+)\//, 'shells'],
  [/^src-renderer\/platform\//, 'renderer platform'],
  [/^src-renderer\/ui\//, 'renderer ui'],
  [/^src-renderer\/features\/([^/]+)\//, 'renderer features'],
  [/^src-renderer\/app\//, 'renderer app'],
];

/** The place of a path from the root; undefined outside of `src-*`. */
export function placeOf(path: string): Place | undefined {
  for (const [pattern, floor] of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return match[1] === undefined ? { floor } : { floor, slice: match[1] };
  }
  return undefined;
}

/** `src-main` of `src-main/features/p2p/network.ts`. */
export const rootOf = (path: string): string => path.split('/', 1)[0] ?? '';
