/** Pure decisions of the pages of packages. */
import type { UserSetting } from '#shared/features/packages/manifest.ts';
import type {
  CheckReport,
  DependencyNode,
  InstalledPackage,
  PackageGeneration,
  PackageReview,
  PackageTransfer,
  PackageWarning,
  Requirement,
} from '#shared/features/packages/views.ts';
import { stripHidden } from '#shared/features/registry/text.ts';

export const channels = ['stable', 'beta'] as const;
export type Channel = (typeof channels)[number];

/** How much a warning weighs: `bad` may be an attack, `warn` asks for a thought, `info` is good to know. */
export type Weight = 'bad' | 'warn' | 'info';

const weights: Record<PackageWarning['code'], Weight> = {
  lookalike: 'bad',
  hidden_characters: 'bad',
  instructions: 'bad',
  withdrawn: 'bad',
  stale: 'warn',
  unknown_publisher: 'warn',
  fetches_code: 'warn',
  foreign: 'warn',
  old_sandbox: 'warn',
  missing_schema: 'info',
  prerelease: 'info',
};
const order: readonly Weight[] = ['bad', 'warn', 'info'];

export const weightOf = ({ code }: Pick<PackageWarning, 'code'>): Weight => weights[code];

/** The gravest first. */
export const byWeight = (warnings: readonly PackageWarning[]): PackageWarning[] =>
  warnings.toSorted((a, b) => order.indexOf(weightOf(a)) - order.indexOf(weightOf(b)));

/** What a person must say yes to by itself before a release is installed. */
export interface Consents {
  stale: boolean;
  fetchedCode: boolean;
}

export const consentsFor = (warnings: readonly Pick<PackageWarning, 'code'>[]): Consents => ({
  stale: warnings.some(({ code }) => code === 'stale'),
  fetchedCode: warnings.some(({ code }) => code === 'fetches_code'),
});

export const unmetOf = (requirements: readonly Requirement[]): Requirement[] =>
  requirements.filter(({ met }) => !met);

/** The first dependency, at any depth, that cannot be had. */
export function brokenDependency(nodes: readonly DependencyNode[]): DependencyNode | undefined {
  for (const node of nodes) {
    const broken = node.problem === undefined ? brokenDependency(node.dependencies) : node;
    if (broken) return broken;
  }
  return undefined;
}

/** What is wrong with a dependency, as far as there are words for it. */
export const dependencyProblem = (problem: string): 'cycle' | 'too_deep' | 'wrong_version' | 'unknown' =>
  problem === 'cycle' || problem === 'too_deep' || problem === 'wrong_version' ? problem : 'unknown';

export type Hindrance = 'requirement' | 'dependency' | 'here' | keyof Consents;

/** Why a release may not be installed yet; `undefined`: it may. */
export function hindranceOf(
  review: Pick<PackageReview, 'dependencies' | 'installed' | 'release' | 'requirements' | 'warnings'>,
  given: Consents,
): Hindrance | undefined {
  if (review.installed?.release === review.release) return 'here';
  const unmet = unmetOf(review.requirements);
  if (unmet.some(({ kind }) => kind !== 'dependency')) return 'requirement';
  if (unmet.length > 0 || brokenDependency(review.dependencies)) return 'dependency';
  const wanted = consentsFor(review.warnings);
  if (wanted.stale && !given.stale) return 'stale';
  return wanted.fetchedCode && !given.fetchedCode ? 'fetchedCode' : undefined;
}

/** One thing outside of its own folder that a package may touch. */
export interface Touch {
  kind: 'host' | 'read' | 'write';
  what: string;
  /** Which the installed version may not. */
  wider: boolean;
}

type Permissions = PackageReview['permissions'];

export const touchesOf = (
  permissions: Permissions,
  wider: Partial<Pick<Permissions, 'hosts' | 'read' | 'write'>> = {},
): Touch[] => [
  ...permissions.hosts.map((what) => touch('host', what, wider.hosts)),
  ...permissions.read.map((what) => touch('read', what, wider.read)),
  ...permissions.write.map((what) => touch('write', what, wider.write)),
];

const touch = (kind: Touch['kind'], what: string, wider: readonly string[] = []): Touch => ({
  kind,
  what,
  wider: wider.includes(what),
});

/** `folder` of `${user_config.folder}`: a place that the person chooses. */
export const chosenBy = (path: string): string | undefined =>
  /^\$\{user_config\.([A-Za-z0-9_-]+)\}$/.exec(path)?.[1];

/** Changed ones first: they are what an update is read for. */
const changes = ['changed', 'removed', 'new', 'same'] as const;
type ReviewTool = PackageReview['tools'][number];
export const byChange = (tools: readonly ReviewTool[]): ReviewTool[] =>
  tools.toSorted((a, b) => changes.indexOf(a.change) - changes.indexOf(b.change));

/** A text in which what cannot be seen stands as `⟨U+200B⟩`. */
export const visible = (text: string): string =>
  Array.from(text, (letter) =>
    stripHidden(letter) === ''
      ? `⟨U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
      : letter,
  ).join('');

export const withUpdate = (items: readonly InstalledPackage[]): InstalledPackage[] =>
  items.filter(({ update }) => update !== undefined);

/**
 * Where one step back leads: the newest state before the current one. Steps back are no states of their own, so that going
 * back twice goes back further; a version that one profile was given never was the current one.
 *
 * @param history newest first
 */
export function stepBackFrom(history: readonly PackageGeneration[]): PackageGeneration | undefined {
  const current = history.find((one) => one.current);
  const from = current?.of ?? current?.generation ?? 0;
  return history.find(
    ({ generation, of, reason }) => generation < from && of === undefined && reason !== 'pin',
  );
}

/** Before anybody was asked what it asks for, nothing is wrong with it if that alone keeps it from starting. */
export const isSoundSoFar = ({ findings, settings }: Pick<CheckReport, 'findings' | 'settings'>): boolean =>
  findings.every(
    ({ code, level }) =>
      level !== 'error' || (code === 'packages.does_not_start' && Object.values(settings).some(asksFirst)),
  );

const asksFirst = ({ default: proposed, required, sensitive }: UserSetting): boolean =>
  required && !sensitive && proposed === undefined;

export const withoutErrors = (report: CheckReport): CheckReport => ({
  ...report,
  findings: report.findings.filter(({ level }) => level !== 'error'),
});

/** Blocks of a bar: more than a person can tell apart are drawn together. */
export const MOST_BLOCKS = 96;

/** How much of each block of pieces is here, 0 to 1, in order. */
export function blocksOf({ have, pieces }: Pick<PackageTransfer, 'have' | 'pieces'>): number[] {
  const bits = bytesOf(have);
  const isHere = (piece: number): boolean =>
    ((bits.charCodeAt(piece >> 3) || 0) & (0x80 >> (piece & 7))) !== 0;
  const count = Math.min(pieces, MOST_BLOCKS);
  return Array.from({ length: count }, (_, block) => {
    const from = Math.floor((block * pieces) / count);
    const to = Math.floor(((block + 1) * pieces) / count);
    const here = Array.from({ length: to - from }, (_item, index) => isHere(from + index)).filter(Boolean);
    return here.length / (to - from);
  });
}

/** A binary string; empty where it is no base64url. */
function bytesOf(base64url: string): string {
  try {
    return atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return ''; // A bar without marks is the honest picture of a bitmap that cannot be read.
  }
}

/** Neighbouring blocks that are alike as one stretch, so that a bar is a few shapes. */
export function stretchesOf(
  blocks: readonly number[],
): Array<{ from: number; length: number; part: number }> {
  const stretches: Array<{ from: number; length: number; part: number }> = [];
  for (const [index, part] of blocks.entries()) {
    const last = stretches.at(-1);
    if (last?.part === part) last.length += 1;
    else stretches.push({ from: index, length: 1, part });
  }
  return stretches;
}

/** In ms; `undefined` where nothing moves. */
export const leftOf = ({ bytes, rate, total }: Pick<PackageTransfer, 'bytes' | 'rate' | 'total'>) =>
  rate > 0 && bytes < total ? ((total - bytes) / rate) * 1000 : undefined;
