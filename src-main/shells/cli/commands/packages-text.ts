/** Packages in words: what a person reads before he says yes, and what there is. */
import type {
  CheckReport,
  DependencyNode,
  InstalledPackage,
  PackageDetails,
  PackageReview,
  PackageSummary,
  PackageWarning,
  PublisherView,
  SettingValue,
} from '#shared/features/packages/contract.ts';
import words from '../../../../locales/en/packages.json' with { type: 'json' };
import type { Answer } from '../cli.ts';
import { byteSize, facts, oneLine, plural, shortId, shorten, table, time, yesNo } from '../printable.ts';

type Permissions = PackageReview['permissions'];
type Settings = PackageReview['settings'];

/** A heading, and what stands below it; nothing where nothing does. */
const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];

export const publisherName = ({ name, provider, self, tier }: PublisherView): string =>
  self ? 'you' : `${name ? `${oneLine(name)}, ` : ''}${oneLine(provider)} (${tier})`;

const shortPublisher = ({ name, provider, self }: PublisherView): string =>
  self ? 'you' : name || shortId(provider);

function warningLine({ code, detail, subject }: PackageWarning): string {
  const about = subject ? `${oneLine(subject)}: ` : '';
  return `${about}${words.warning[code].words}${detail ? ` (${oneLine(detail)})` : ''}`;
}

const listed = (list: readonly string[], otherwise: string): string =>
  list.length === 0 ? otherwise : list.map((what) => oneLine(placeOf(what))).join(', ');

/** A place that the operator chooses is named by its setting. */
const placeOf = (what: string): string => what.replace(/^\$\{user_config\.(.+)\}$/, 'the setting “$1”');

export const permissionLines = ({ hosts, memoryMb, processes, read, write }: Permissions): string[] =>
  facts([
    ['network', listed(hosts, 'none')],
    ['reads', listed(read, 'nothing but its own files')],
    ['changes', listed(write, 'nothing but its own data')],
    ['memory', `up to ${memoryMb} MiB`],
    ['processes', `up to ${processes}`],
  ]).split('\n');

function widerLines({ wider }: PackageReview): string[] {
  if (!wider) return [];
  const { hosts, memoryMb, processes, read, write } = wider;
  const lines = facts([
    ['network', listed(hosts, '')],
    ['reads', listed(read, '')],
    ['changes', listed(write, '')],
    ['memory', memoryMb === undefined ? undefined : `${memoryMb} MiB`],
    ['processes', processes],
  ]);
  return lines === '' ? [] : lines.split('\n');
}

type ReviewTool = PackageReview['tools'][number];

function toolLines({ change, before, description, destructive, name, readOnly }: ReviewTool): string[] {
  const marks = [
    ...(change === 'same' ? [] : [change]),
    ...(readOnly ? ['reads only'] : []),
    ...(destructive ? ['may destroy'] : []),
  ];
  const line = `${oneLine(name)}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}  ${shorten(oneLine(description), 100)}`;
  return before === undefined ? [line] : [line, `  before: ${shorten(oneLine(before), 100)}`];
}

const showValue = (value: SettingValue): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** What can be set, what it is set to, and what it is. */
export function settingLines(
  settings: Settings,
  values: PackageReview['values'],
  secretsSet: readonly string[],
): string[] {
  const rows = Object.entries(settings).map(([name, setting]) => [
    name,
    setting.sensitive
      ? secretsSet.includes(name)
        ? '(set)'
        : ''
      : showValue(values[name] ?? setting.default ?? ''),
    `${setting.sensitive ? 'secret' : setting.type}${setting.multiple ? ', several' : ''}`,
    setting.required ? 'needed' : '',
    setting.title,
  ]);
  return rows.length === 0 ? [] : table(['NAME', 'VALUE', 'KIND', '', 'ABOUT'], rows, '').split('\n');
}

function dependencyLines(nodes: readonly DependencyNode[], depth = 0): string[] {
  return nodes.flatMap(({ dependencies, id, installed, problem, version }) => [
    `${'  '.repeat(depth)}${oneLine(id)}@${oneLine(version)}${installed ? ' (here already)' : ''}${problem ? ` (${oneLine(problem)})` : ''}`,
    ...dependencyLines(dependencies, depth + 1),
  ]);
}

const requirementLines = ({ requirements }: PackageReview): string[] =>
  requirements.map(
    ({ found, kind, met, needed }) =>
      `${met ? 'ok     ' : 'MISSING'}  ${words.requirement[kind].name}: ${oneLine(needed)}${met ? '' : `, here: ${oneLine(found)}`}`,
  );

/** Everything to know before a release is installed. */
export function reviewText(review: PackageReview): string {
  const { channel, installed, license, releasedAt, size, toFetch, version } = review;
  return [
    `${oneLine(review.title)} ${version}`,
    ...(review.description ? [oneLine(review.description)] : []),
    '',
    ...facts([
      ['id', review.id],
      ['release', review.release],
      ['signed by', publisherName(review.publisher)],
      ['released', `${time(releasedAt)}, ${channel}`],
      ['licence', license],
      ['size', `${byteSize(size)}${toFetch < size ? `, ${byteSize(toFetch)} to fetch` : ''}`],
      ['installed', installed?.version],
      ['what is new', review.notes],
      ['price', review.price],
    ]).split('\n'),
    ...section('It may touch', permissionLines(review.permissions)),
    ...section('Wider than the version that is installed', widerLines(review)),
    ...section(plural(review.tools.length, 'tool'), review.tools.flatMap(toolLines)),
    ...section('Settings', settingLines(review.settings, review.values, review.secretsSet)),
    ...section('Needs', requirementLines(review)),
    ...section('Comes with', dependencyLines(review.dependencies)),
    ...section('Warnings', review.warnings.map(warningLine)),
  ].join('\n');
}

const LEVELS: ReadonlyArray<[CheckReport['findings'][number]['level'], string]> = [
  ['error', 'Errors'],
  ['warning', 'Warnings'],
  ['note', 'Notes'],
];

/** What a check found, the worst first. */
export function reportText(report: CheckReport): string {
  const { files, findings, memoryBytes, name, sandboxed, settings, size, startMs, tools, version } = report;
  return [
    ...facts([
      ['package', `${name} ${version}`],
      ['contents', `${plural(files, 'file')}, ${byteSize(size)}`],
      ['tried', sandboxed ? words.check.sandboxed : undefined],
      ['starts in', startMs === undefined ? undefined : `${startMs} ms`],
      ['memory', memoryBytes === undefined ? undefined : byteSize(memoryBytes)],
    ]).split('\n'),
    ...section('It may touch', permissionLines(report.permissions)),
    ...section(
      plural(tools.length, 'tool'),
      tools.map((tool) => `${oneLine(tool.name)}  ${shorten(oneLine(tool.description), 100)}`),
    ),
    ...section('Settings', settingLines(settings, {}, [])),
    ...LEVELS.flatMap(([level, title]) =>
      section(
        title,
        findings
          .filter((finding) => finding.level === level)
          .map(
            ({ code, message, subject }) =>
              `${subject ? `${oneLine(subject)}: ` : ''}${oneLine(message)} (${code})`,
          ),
      ),
    ),
  ].join('\n');
}

export function summaryTable(items: readonly PackageSummary[], empty: string): string {
  const rows = items.map((item) => [
    item.name,
    item.version,
    shortPublisher(item.publisher),
    String(item.tools),
    byteSize(item.size),
    item.runsHere ? (item.installed ?? '') : 'not for this machine',
    shorten(oneLine(item.description), 50),
    item.id,
  ]);
  return table(['NAME', 'VERSION', 'BY', 'TOOLS', 'SIZE', 'HERE', 'ABOUT', 'ID'], rows, empty);
}

const STATES: Record<PackageDetails['state'], string | undefined> = {
  good: undefined,
  rewritten: 'its publisher told two histories: nothing of it is installed or updated',
  ended: words.state.ended,
};

const versionRow = (one: PackageDetails['versions'][number]): string[] => [
  one.version,
  one.channel,
  time(one.releasedAt),
  yesNo(one.installed),
  yesNo(one.kept),
  one.withdrawn === undefined ? '' : `withdrawn${one.withdrawn && ': '}${one.withdrawn}`,
  one.release,
];

export function showDetails(details: PackageDetails): Answer {
  const { description, heardAt, license, publisher, runtime, size, tags, title, warnings } = details;
  const header = ['VERSION', 'CHANNEL', 'RELEASED', 'INSTALLED', 'KEPT HERE', 'STATE', 'RELEASE'];
  const lines = [
    ...facts([
      ['name', title],
      ['about', description],
      ['id', details.id],
      ['by', publisherName(publisher)],
      ['state', STATES[details.state]],
      ['runs', runtime],
      ['only for', details.platforms.join(', ')],
      ['licence', license],
      ['tags', tags.join(', ')],
      ['size', byteSize(size)],
      ['tools', details.tools],
      ['last heard', time(heardAt)],
      ['installed', details.installed],
    ]).split('\n'),
    ...section('Warnings', warnings.map(warningLine)),
    '',
    table(header, details.versions.map(versionRow), 'No versions.'),
  ];
  return { data: details, text: lines.join('\n') };
}

export function installedTable(items: readonly InstalledPackage[], empty: string): string {
  const rows = items.map((item) => [
    item.name,
    item.version,
    item.server,
    item.update
      ? `${item.update.version}${item.update.wider ? ', touches more' : ''}${item.update.major ? ', large step' : ''}`
      : '',
    byteSize(item.size),
    item.foreign ? 'nobody' : shortPublisher(item.publisher),
    item.problem?.message ?? '',
    item.id,
  ]);
  return table(['NAME', 'VERSION', 'SERVER', 'UPDATE', 'SIZE', 'SIGNED BY', 'PROBLEM', 'ID'], rows, empty);
}

export const policyText = ({ policy }: InstalledPackage): string => {
  const { afterHours, afterPeers, channel, take } = policy;
  if (take === 'manual') return `Updates are taken by you alone, from ${channel}.`;
  const after =
    afterPeers > 0
      ? ` once ${plural(afterPeers, 'trusted peer')} ran them for ${plural(afterHours, 'hour')}`
      : '';
  return `Updates of ${channel} up to the next ${take} version are taken by themselves${after}.`;
};

/** One installed package. */
export function showInstalled(item: InstalledPackage): Answer {
  return {
    data: item,
    text: facts([
      ['name', item.title],
      ['version', item.version],
      ['server', item.server],
      ['id', item.id],
      ['signed by', item.foreign ? 'nobody' : publisherName(item.publisher)],
      ['installed', time(item.installedAt)],
      ['change', item.generation],
      ['updates', policyText(item)],
      ['update', item.update?.version],
      ...item.pins.map(({ profile, version }): [string, string] => [
        'profile',
        `${profile} sees version ${version}`,
      ]),
      ['kept', item.kept.map(({ version }) => version).join(', ')],
      ['problem', item.problem && `${item.problem.message} ${item.problem.advice}`],
    ]),
  };
}
