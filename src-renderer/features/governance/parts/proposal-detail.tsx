import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ProposalView } from '#shared/features/governance/contract.ts';
import { VOTES } from '#shared/features/governance/numbers.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import { requirementsOf, shortProvider } from '../rules.ts';
import styles from '../governance.module.css';
import { AdoptionChart } from './adoption-chart.tsx';
import { OverrideButtons } from './override-buttons.tsx';
import { OwnProposal } from './own-proposal.tsx';
import { StateSentence } from './proposal-state.tsx';

/** Everything about one proposal, and what the operator can say to it. */
export function ProposalDetail({ proposal, automatic }: { proposal: ProposalView; automatic: boolean }) {
  const { t } = useTranslation('governance');
  const { feature, override, proposer, runs, text, textPending } = proposal;
  return (
    <Stack>
      <StateSentence proposal={proposal} />
      {!proposer.established && <Note tone="warn">{t('strangerNote')}</Note>}
      {textPending && <p className={styles['soft']}>{t('textPending')}</p>}
      {text && (
        <blockquote className={styles['words']}>
          <bdi>{text}</bdi>
        </blockquote>
      )}
      <Voting proposal={proposal} />
      <Tally proposal={proposal} />
      <AdoptionChart id={proposal.id} cast={proposal.cast} />
      <section className={styles['part']} aria-label={t('here.title')}>
        <h3>{t('here.title')}</h3>
        <p>
          {runs ? t('here.runs') : t('here.runsNot')} {automatic ? t('here.automatic') : t('here.manual')}
        </p>
        <OverrideButtons feature={feature} override={override} waits={proposal.state === 'waiting' && runs} />
      </section>
      <Papers proposal={proposal} />
      {proposer.own && <OwnProposal proposal={proposal} />}
    </Stack>
  );
}

function Voting({ proposal: { id, vote } }: { proposal: ProposalView }) {
  const { t } = useTranslation('governance');
  const node = useNode();
  const say = useCommand(async (signal, choice: (typeof VOTES)[number]) => {
    // The same again takes it back.
    await node['governance.vote']({ id, vote: choice === vote ? null : choice }, { signal });
  });
  return (
    <section className={styles['part']} aria-label={t('vote.title')}>
      <h3>{t('vote.title')}</h3>
      <p>{t(vote ? `vote.said.${vote}` : 'vote.said.nothing')}</p>
      <Inline>
        {VOTES.map((choice) => (
          <Button
            key={choice}
            size="small"
            look={choice === vote ? 'primary' : 'secondary'}
            aria-pressed={choice === vote}
            command={say}
            onPress={() => void say.run(choice)}
          >
            {t(`vote.${choice}`)}
          </Button>
        ))}
      </Inline>
      <FaultNote fault={say.fault} />
    </section>
  );
}

/** Bars for the eye, numbers in words. */
function Tally({ proposal }: { proposal: ProposalView }) {
  const { t } = useTranslation('governance');
  const format = useFormats();
  const percent = (share: number) => format.percent(share);
  return (
    <section className={styles['part']} aria-label={t('tally.title')}>
      <h3>{t('tally.title')}</h3>
      <p className={styles['soft']}>{t('tally.electors', { count: proposal.electors })}</p>
      {requirementsOf(proposal).map(({ have, name, need }) => (
        <div key={name} className={styles['requirement']}>
          <span>{t(`tally.${name}`, { have: percent(have), need: percent(need) })}</span>
          <span className={styles['bar']} aria-hidden="true" data-met={have >= need}>
            <span className={styles['fill']} style={{ inlineSize: `${Math.min(1, have) * 100}%` }} />
            <span className={styles['mark']} style={{ insetInlineStart: `${need * 100}%` }} />
          </span>
        </div>
      ))}
    </section>
  );
}

function Papers({ proposal }: { proposal: ProposalView }) {
  const { t } = useTranslation('governance');
  const format = useFormats();
  const { earliest, opened, proposer, specHash, specUrl } = proposal;
  return (
    <section className={styles['part']} aria-label={t('papers.title')}>
      <h3>{t('papers.title')}</h3>
      <Facts
        items={[
          {
            label: t('papers.proposer'),
            value: <bdi>{proposer.name || shortProvider(proposer.providerId)}</bdi>,
          },
          { label: t('papers.opened'), value: format.dateTime(opened) },
          { label: t('papers.earliest'), value: format.dateTime(earliest) },
          specUrl !== '' && {
            label: t('papers.spec'),
            value: (
              <a
                href={specUrl}
                target="_blank"
                rel="noreferrer noopener"
                dir="ltr"
                className={styles['link']}
              >
                {specUrl} <ExternalLink aria-hidden size="0.875rem" />
              </a>
            ),
          },
        ]}
      />
      <CopyField label={t('papers.hash')} value={specHash} />
    </section>
  );
}
