/** Joins records, rule and operator: what is proposed, how it stands, and what follows here. */
import type { GovernanceView, ProposalView } from '#shared/features/governance/contract.ts';
import { RULES, type ThresholdClass, type Vote } from '#shared/features/governance/numbers.ts';
import {
  ADOPTION_TOPIC,
  ADOPTION_TYPE,
  type CertifiedNode,
  type Proposal,
  PROPOSAL_TOPIC,
  PROPOSAL_TYPE,
  proposalId,
  readAdoption,
  readProposal,
  storedProposal,
  whyImpossible,
} from '#shared/features/governance/records.ts';
import { type Ballot, decide, type Elector } from '#shared/features/governance/rules.ts';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { PeerInfo } from '../p2p/index.ts';
import type { Records } from '../records/index.ts';
import type { Activation } from './activation.ts';
import { ballotsByProposal, MAX_PER_PROVIDER, type OpenProposal, openProposals } from './ballot-box.ts';
import { createDesk, type GovernanceNode } from './desk.ts';
import { createHistory } from './history.ts';
import { createViews, type Standing } from './views.ts';

/** Votes come in crowds; they are counted at most this often, and once an hour for the sake of time itself. */
const COUNT_AFTER_MS = 250;
const COUNT_EVERY_MS = 3_600_000;
/** Reasons of refusal that are counted apart; there are far fewer codes. */
const MAX_REASONS = 32;

export interface NewProposal {
  feature: string;
  class: ThresholdClass;
  specUrl: string;
  /** Hex SHA-256. */
  specHash: string;
  text: string;
  /** Epoch ms; absent: as soon as the rule allows it. */
  earliest?: number | undefined;
}

export interface GovernanceEvents {
  changed: object;
  /** A decision took effect here. */
  activated: { feature: string; proposal: string };
}

export interface Governance extends EventSource<GovernanceEvents> {
  start(): void;
  stop(): Promise<void>;
  /** Counts the votes now, lets what is due take effect, and notes the day's sample; it happens by itself as well. */
  count(): void;
  view(): GovernanceView;
  /** Throws `governance.unknown_proposal`. */
  proposal(id: string): ProposalView;
  history: ReturnType<typeof createHistory>['of'];
  /** Throws `governance.bad_proposal` or `governance.too_many_proposals`. */
  propose(wanted: NewProposal): ProposalView;
  /** Ends an own proposal. Throws `governance.not_yours`. */
  withdraw(id: string): void;
  /** Takes the words of an own proposal back, here and wherever it went. Throws `governance.not_yours`. */
  eraseText(id: string): void;
  /** Throws `governance.unknown_proposal`. */
  vote(id: string, vote: Vote | null): ProposalView;
  activation: Activation;
}

export interface GovernanceDeps {
  db: Database;
  clock: Clock;
  random: Random;
  log: Log;
  records: Records;
  activation: Activation;
  node: GovernanceNode;
  /** Throws where a certificate does not hold. */
  certified(certificate: Uint8Array): CertifiedNode;
}

export interface GovernanceOptions {
  /** Who decides: established providers that were seen lately, this one included. */
  electors(): Elector[];
  /** Whether a decision takes effect here by itself. */
  isAutomatic(): boolean;
  versions: { min: number; max: number };
  peers(): PeerInfo[];
  /** Peers that were refused since the start because of their version. */
  refusedVersions(): { older: number; newer: number };
  providerName(providerId: string): string | undefined;
  /** Other numbers, for tests of the whole way in a moment. */
  rules?: typeof RULES;
}

export function createGovernance(deps: GovernanceDeps, options: GovernanceOptions): Governance {
  const { activation, clock, log, node, records } = deps;
  const rules = options.rules ?? RULES;
  const events = createEmitter<GovernanceEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const owned = createDisposableStore();
  const desk = createDesk(deps);
  const history = createHistory(deps.db);
  const views = createViews({ ...deps, desk, providerName: options.providerName });
  const refused = new Map<string, number>();
  let counting: Timer | undefined;

  records.register({
    type: PROPOSAL_TYPE,
    topic: PROPOSAL_TOPIC,
    read: (record) => readProposal(record, deps.certified, clock.now(), rules).meta,
    renew: (record) => (isOwnKey(record.key) ? desk.renewProposal(record) : undefined),
    texts: ({ bytes }) => textsOf(storedProposal(bytes)),
  });
  records.register({
    type: ADOPTION_TYPE,
    topic: ADOPTION_TOPIC,
    read: (record) => readAdoption(record, deps.certified, clock.now()).meta,
    renew: (record) =>
      isOwnKey(record.key) ? desk.renewAdoption(record, (id) => find(toHex(id)) !== undefined) : undefined,
  });

  /** What this node signed under an earlier provider key is left to lapse. */
  const isOwnKey = (key: string) => key.startsWith(`${node.providerId}/${node.peerId}/`);

  function standings(): Standing[] {
    const electors = options.electors();
    const established = new Set(electors.map(({ provider }) => provider));
    const ballots = ballotsByProposal(records, established);
    return openProposals(records, (provider) => established.has(provider)).map((open) => ({
      open,
      decision: judge(open.proposal, ballots.get(open.id) ?? [], electors),
    }));
  }

  const judge = ({ class: kind, earliest, opened }: Proposal, ballots: Ballot[], electors: Elector[]) =>
    decide({ opened, earliest, rule: rules[kind] }, ballots, electors, clock.now());

  const find = (id: string) => standings().find(({ open }) => open.id === id);

  function standing(id: string): Standing {
    const found = find(id);
    if (found) return found;
    throw new AppError('governance.unknown_proposal', 'There is no such proposal.', {
      advice: '`toolswarm governance show` lists those there are; it may have been withdrawn.',
    });
  }

  function ownProposal(id: string): Proposal {
    const { open } = standing(id);
    const own = open.provider === node.providerId ? desk.ownProposal(open.proposal.feature) : undefined;
    if (own) return own;
    throw new AppError('governance.not_yours', 'This node did not sign that proposal.', {
      advice: 'Only the node that proposed it can change it; vote against it instead.',
    });
  }

  function count(): void {
    counting?.cancel();
    counting = undefined;
    const at = clock.now();
    for (const { decision, open } of standings()) {
      history.note(open.id, { at, ...decision.cast, weight: decision.weight });
      if (decision.state === 'active' && options.isAutomatic()) takeEffect(open);
    }
    history.prune(at);
    events.emit('changed', {});
  }

  /** A feature that this code does not have cannot be switched on; the operator sees that it is missing. */
  function takeEffect({ id, proposal }: OpenProposal): void {
    if (!activation.runs(proposal.feature)) return;
    if (!activation.activate(proposal.feature, id, clock.now())) return;
    log.info({ feature: proposal.feature, proposal: id }, 'a feature of the protocol was switched on');
    events.emit('activated', { feature: proposal.feature, proposal: id });
  }

  const countSoon = () => void (counting ??= clock.after(COUNT_AFTER_MS, count));

  function onRecord({ type }: { type: string }): void {
    if (type === PROPOSAL_TYPE || type === ADOPTION_TYPE) countSoon();
  }

  /** What is announced comes without its words. */
  function seekWords({ key, type }: { type: string; key: string }): void {
    if (type === PROPOSAL_TYPE) records.seekTexts(type, key);
  }

  function onRefused({ reason, type }: { reason: string; type: string }): void {
    const isOurs = type === PROPOSAL_TYPE || type === ADOPTION_TYPE || reason.startsWith('governance.');
    if (!isOurs) return;
    if (refused.has(reason) || refused.size < MAX_REASONS)
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
  }

  const isEstablished = () => new Set(options.electors().map(({ provider }) => provider));
  const proposalView = (id: string) => views.proposal(standing(id), isEstablished());

  return {
    on: events.on,
    activation,
    history: history.of,
    start() {
      owned.defer(records.on('stored', onRecord));
      owned.defer(records.on('stored', seekWords));
      owned.defer(records.on('textCame', onRecord));
      owned.defer(records.on('removed', onRecord));
      owned.defer(records.on('refused', onRefused));
      owned.defer(activation.on('changed', () => events.emit('changed', {})));
      const hourly = clock.every(COUNT_EVERY_MS, countSoon);
      owned.defer(() => {
        hourly.cancel();
        counting?.cancel();
      });
      countSoon();
    },
    stop: () => owned.close(),
    count,
    view: () => {
      const established = isEstablished();
      return {
        versions: { ...options.versions },
        refusedVersions: options.refusedVersions(),
        features: views.features(options.peers()),
        proposals: standings().map((one) => views.proposal(one, established)),
        electors: established.size,
        automatic: options.isAutomatic(),
        refused: Object.fromEntries(refused),
      };
    },
    proposal: proposalView,
    propose(wanted) {
      const proposal = draft(wanted, clock.now(), rules[wanted.class]);
      const why = whyImpossible(proposal, clock.now(), rules);
      if (why)
        throw new AppError('governance.bad_proposal', why, { advice: 'Correct it and propose again.' });
      const mine = standings().filter(({ open }) => open.provider === node.providerId);
      const isNew = !mine.some(({ open }) => open.proposal.feature === wanted.feature);
      if (isNew && mine.length >= MAX_PER_PROVIDER) throw tooMany();
      desk.propose(proposal, wanted.text.toWellFormed());
      return proposalView(toHex(proposalId(node.providerId, proposal)));
    },
    withdraw(id) {
      desk.withdraw(ownProposal(id));
    },
    eraseText(id) {
      const { text } = ownProposal(id);
      if (text) records.erase([text]);
    },
    vote(id, vote) {
      desk.vote(id, vote, activation.runs(standing(id).open.proposal.feature));
      return proposalView(id);
    },
  };
}

function draft(
  { class: kind, earliest, feature, specHash, specUrl }: NewProposal,
  now: number,
  { delayMs, stableMs }: (typeof RULES)[ThresholdClass],
) {
  return {
    feature,
    class: kind,
    spec: { hash: fromHex(specHash), url: specUrl },
    opened: now,
    earliest: earliest ?? now + stableMs + delayMs,
    withdrawn: false,
  };
}

const tooMany = () =>
  new AppError(
    'governance.too_many_proposals',
    `A provider has at most ${MAX_PER_PROVIDER} proposals under way.`,
    { advice: 'Withdraw one of yours first.' },
  );

const textsOf = ({ text }: Proposal): Uint8Array[] => (text ? [text] : []);
