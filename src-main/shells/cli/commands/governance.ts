import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type {
  FeatureView,
  GovernanceView,
  Override,
  ProposalView,
} from '#shared/features/governance/contract.ts';
import {
  CLASSES,
  RULES,
  type ThresholdClass,
  type Vote,
  VOTES,
} from '#shared/features/governance/numbers.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Cli } from '../cli.ts';
import { facts, printable, shortId, table, time, yesNo } from '../printable.ts';

export function addGovernanceCommands(program: Command, cli: Cli): void {
  addProtocol(program, cli);
  const governance = program
    .command('governance')
    .description('proposals to change the protocol, and votes on them');
  addLooking(governance, cli);
  addSaying(governance, cli);
}

/** What this node speaks. */
function addProtocol(program: Command, cli: Cli): void {
  const protocol = program.command('protocol').description('what this node speaks with its peers');
  protocol
    .command('show')
    .description('versions and features, and with how many peers each feature is used')
    .action(() =>
      cli.ask(async (node) => {
        const { automatic, features, refusedVersions, versions } = await node['governance.show']({});
        const data = { versions, features, refusedVersions, automatic };
        return { data, text: `${speaks(data)}\n\n${featureTable(features)}` };
      }),
    );
  const choices = [
    ['never', 'never', 'never use a feature here, whatever is decided'],
    ['always', 'always', 'use a feature here although nothing is decided, or follow a decision that waits'],
    ['decide', null, 'leave a feature to the decision again'],
  ] as const;
  for (const [name, choice, description] of choices)
    protocol
      .command(name)
      .description(description)
      .argument('<feature>', 'as `toolswarm protocol show` prints it')
      .action((feature: string) =>
        cli.ask(async (node) => {
          const data = await node['governance.override']({
            feature,
            choice: choice satisfies Override | null,
          });
          return { data, text: `${printable(data.feature)} is ${data.active ? 'used' : 'not used'} here.` };
        }),
      );
}

function addLooking(governance: Command, cli: Cli): void {
  governance
    .command('show')
    .description('the proposals, or one of them with its votes')
    .argument('[id]', 'the proposal, or the beginning of its id')
    .action((id?: string) =>
      cli.ask(async (node) => {
        const view = await node['governance.show']({});
        if (id === undefined) return { data: { items: view.proposals }, text: listing(view) };
        const proposal = only(view, id);
        return { data: proposal, text: detail(proposal) };
      }),
    );
  governance
    .command('history')
    .description('how the votes stood, day by day')
    .argument('<id>', 'the proposal, or the beginning of its id')
    .action((id: string) =>
      cli.ask(async (node) => {
        const view = await node['governance.show']({});
        const { items } = await node['governance.history']({ id: wholeId(view, id) });
        const rows = items.map(({ abstain, at, no, ready, weight, yes }) => [
          time(at),
          ...[yes, no, abstain, ready, weight].map(votes),
        ]);
        const header = ['DAY', 'YES', 'NO', 'ABSTAIN', 'READY', 'OF'];
        return { data: { items }, text: table(header, rows, 'Nothing was noted yet.') };
      }),
    );
}

interface ProposeFlags {
  class: ThresholdClass;
  url: string;
  sha256: string;
  text: string;
  earliest?: number;
}

function addSaying(governance: Command, cli: Cli): void {
  governance
    .command('propose')
    .description('propose to switch a feature on')
    .argument('<feature>', 'its name in the protocol, such as tree-sync/1')
    .requiredOption('--sha256 <hex>', 'of the specification')
    .option('--url <https>', 'where the specification can be read', '')
    .option('--text <words>', 'why; you can erase it later', '')
    .addOption(
      new Option('--class <class>', 'how much agreement it needs').choices(CLASSES).default('feature'),
    )
    .option('--earliest <date>', 'before when nobody switches it on', date)
    .action((feature: string, { class: kind, earliest, sha256, text, url }: ProposeFlags) =>
      cli.ask(async (node) => {
        const proposal = await node['governance.propose']({
          feature,
          class: kind,
          specHash: sha256.toLowerCase(),
          specUrl: url,
          text,
          ...(earliest === undefined ? {} : { earliest }),
        });
        return { data: proposal, text: detail(proposal) };
      }),
    );
  governance
    .command('vote')
    .description('say what this provider thinks of a proposal')
    .argument('<id>', 'the proposal, or the beginning of its id')
    .addArgument(new Argument('<vote>').choices([...VOTES, 'none']))
    .action((id: string, vote: Vote | 'none') =>
      cli.ask(async (node) => {
        const whole = wholeId(await node['governance.show']({}), id);
        const proposal = await node['governance.vote']({ id: whole, vote: vote === 'none' ? null : vote });
        return { data: proposal, text: detail(proposal) };
      }),
    );
  const ends = [
    ['withdraw', 'end an own proposal; its words are erased everywhere', 'The proposal is withdrawn.'],
    ['erase', 'erase the words of an own proposal everywhere; it stays', 'The words are erased.'],
  ] as const;
  for (const [name, description, done] of ends)
    governance
      .command(name)
      .description(description)
      .argument('<id>', 'the proposal, or the beginning of its id')
      .action((id: string) =>
        cli.ask(async (node) => {
          const whole = wholeId(await node['governance.show']({}), id);
          const call = name === 'withdraw' ? 'governance.withdraw' : 'governance.eraseText';
          return { data: await node[call]({ id: whole }), text: done };
        }),
      );
}

/** The id that begins so. Throws `governance.unknown_proposal`. */
const wholeId = (view: GovernanceView, beginning: string): string => only(view, beginning).id;

function only({ proposals }: GovernanceView, beginning: string): ProposalView {
  const found = proposals.filter(({ id }) => id.startsWith(beginning));
  if (found.length === 1 && found[0]) return found[0];
  throw new AppError(
    'governance.unknown_proposal',
    found.length === 0 ? 'There is no such proposal.' : 'Several proposals begin like this.',
    { advice: '`toolswarm governance show` lists those there are.' },
  );
}

function date(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('Write a date as 2027-03-01.');
  return at;
}

/** Weights are thousandths of one provider. */
const votes = (units: number): string => String(units / 1000);

type Speaks = Pick<GovernanceView, 'automatic' | 'refusedVersions' | 'versions'>;

const speaks = ({ automatic, refusedVersions: { newer, older }, versions: { max, min } }: Speaks): string =>
  facts([
    ['versions', min === max ? String(min) : `${min} to ${max}`],
    ['decisions', automatic ? 'take effect by themselves' : 'wait for you'],
    [
      'too old',
      older === 0 ? undefined : `${older} refused since the start: their operators must update them`,
    ],
    ['too new', newer === 0 ? undefined : `${newer} refused since the start: update this node`],
  ]);

const featureTable = (features: readonly FeatureView[]): string =>
  table(
    ['FEATURE', 'USED', 'WHY', 'PEERS', 'WHAT IT DOES'],
    features.map(({ about, activatedAt, activation, active, name, override, peers }) => [
      name,
      yesNo(active),
      override
        ? `you: ${override}`
        : activatedAt
          ? 'decided'
          : activation === 'always'
            ? 'always'
            : 'not decided',
      String(peers),
      about,
    ]),
    'No features.',
  );

const listing = ({ electors, proposals }: GovernanceView): string => {
  const rows = proposals.map(({ cast, feature, id, override, proposer, state, vote }) => [
    shortId(id),
    feature,
    override === 'never' ? 'vetoed by you' : override === 'always' ? 'switched on by you' : state,
    `${votes(cast.yes)} : ${votes(cast.no)}, ${votes(cast.abstain)} abstain`,
    vote ?? '',
    proposer.own ? 'you' : proposer.name || shortId(proposer.providerId),
  ]);
  const header = ['PROPOSAL', 'FEATURE', 'STATE', 'VOTES', 'YOURS', 'PROPOSED BY'];
  return `${table(header, rows, 'Nobody proposes a change.')}\n\nProviders that decide: ${electors}`;
};

function detail(proposal: ProposalView): string {
  const {
    activatesAt,
    cast,
    class: kind,
    earliest,
    electors,
    feature,
    id,
    lacks,
    opened,
    proposer,
  } = proposal;
  const { runs, specHash, specUrl, state, text, textPending, vote, weight } = proposal;
  const { approval, quorum } = RULES[kind];
  return facts([
    ['proposal', id],
    ['feature', feature],
    ['class', kind],
    ['state', state],
    ['lacks', lacks.length > 0 ? lacks.join(', ') : undefined],
    ['yes', `${votes(cast.yes)} (needed: ${approval.of}/${approval.in} of yes and no)`],
    ['no', votes(cast.no)],
    [
      'abstain',
      `${votes(cast.abstain)} (yes and abstain needed: ${quorum.of}/${quorum.in} of ${votes(weight)})`,
    ],
    ['ready', votes(cast.ready)],
    ['electors', electors],
    ['your vote', vote ?? 'none'],
    ['code here', yesNo(runs)],
    ['began', time(opened)],
    ['not before', time(earliest)],
    ['takes effect', activatesAt === undefined ? undefined : time(activatesAt)],
    ['proposed by', `${proposer.own ? 'you' : proposer.name || proposer.providerId}`],
    ['specification', specUrl || undefined],
    ['sha-256', specHash],
    ['why', text || (textPending ? 'these words are on their way' : undefined)],
  ]);
}
