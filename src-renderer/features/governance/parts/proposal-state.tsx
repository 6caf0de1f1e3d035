import { useTranslation } from 'react-i18next';
import type { ProposalView } from '#shared/features/governance/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { shownState, stateTones } from '../rules.ts';

/** How a proposal stands, in a word. */
export function ProposalState({ proposal }: { proposal: ProposalView }) {
  const { t } = useTranslation('governance');
  const state = shownState(proposal);
  return <Badge tone={stateTones[state]}>{t(`state.${state}`)}</Badge>;
}

/** The same in a sentence, with the dates that belong to it. */
export function StateSentence({ proposal }: { proposal: ProposalView }) {
  const { t } = useTranslation('governance');
  const format = useFormats();
  const { clock } = useNodeLink();
  const { activatesAt, runs } = proposal;
  const state = shownState(proposal);
  const date = activatesAt === undefined ? '' : format.when(activatesAt, clock.now());
  if (state === 'open') return <Lacks proposal={proposal} />;
  return (
    <p>
      {t(`sentence.${state}`, { date })}
      {state === 'waiting' && !runs && ` ${t('sentence.noCode')}`}
    </p>
  );
}

function Lacks({ proposal: { lacks } }: { proposal: ProposalView }) {
  const { t } = useTranslation('governance');
  const format = useFormats();
  if (lacks.length === 0) return null;
  return <p>{t('lacks.sentence', { what: format.list(lacks.map((lack) => t(`lacks.${lack}`))) })}</p>;
}
