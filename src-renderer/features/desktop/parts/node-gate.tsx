import { Plug, Power, Square } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import {
  type DesktopLink,
  type DesktopState,
  useDesktop,
  useDesktopState,
} from '../../../platform/desktop.ts';
import { useFaultText } from '../../../platform/faults.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Prose } from '../../../ui/prose.tsx';
import { remedyFor } from '../rules.ts';
import { RestartNote } from './restart-note.tsx';
import { UnlockForm } from './unlock-form.tsx';

/** In place of the pages while the node is off, on its way, or unable to run. */
export function NodeGate() {
  const { t } = useTranslation('desktop');
  const link = useDesktop();
  const state = useDesktopState();
  if (!link || !state) return <Loading label={t('gate.asking')} />;
  if (state.state === 'starting') return <Starting link={link} state={state} />;
  if (state.state === 'stopping') return <Loading label={t('gate.stopping')} />;
  if (state.state === 'failed') return <Failed link={link} state={state} />;
  return (
    <EmptyState picture="servers" title={t('gate.stopped')} action={<StartButton link={link} />}>
      <p>{t('gate.stoppedHelp')}</p>
    </EmptyState>
  );
}

interface Props {
  link: DesktopLink;
  state: DesktopState;
}

function Starting({ link, state }: Props) {
  const { t } = useTranslation('desktop');
  const stop = useCommand((signal) => link.program['desktop.stopNode']({}, { signal }));
  return (
    <>
      <Loading label={t(`gate.phase.${state.phase ?? 'process'}`)} />
      {state.slow && (
        <EmptyState
          picture="calls"
          title={t('gate.slow')}
          action={
            <Button icon={Square} command={stop} onPress={() => void stop.run()}>
              {t('gate.stop')}
            </Button>
          }
        >
          <p>{t('gate.slowHelp')}</p>
        </EmptyState>
      )}
    </>
  );
}

function Failed({ link, state }: Props) {
  const words = useFaultText();
  const remedy = remedyFor(state);
  if (remedy === 'unlock') return <UnlockForm link={link} />;
  const { message, advice } = state.fault ? words(state.fault) : { message: '', advice: '' };
  return (
    <EmptyState
      picture="fault"
      title={message}
      action={remedy === 'attach' ? <AttachButton link={link} /> : <StartButton link={link} />}
    >
      <p>
        <Prose>{advice}</Prose>
      </p>
      <RestartNote at={state.restartsAt} />
    </EmptyState>
  );
}

function StartButton({ link }: { link: DesktopLink }) {
  const { t } = useTranslation('desktop');
  const start = useCommand((signal) => link.program['desktop.startNode']({}, { signal }));
  return (
    <Button look="primary" icon={Power} command={start} onPress={() => void start.run()}>
      {t('gate.start')}
    </Button>
  );
}

/** Somebody else's node on the same folder: it is used, never fought. */
function AttachButton({ link }: { link: DesktopLink }) {
  const { t } = useTranslation('desktop');
  const attach = useCommand((signal) => link.program['desktop.attach']({}, { signal }));
  return (
    <>
      <Button look="primary" icon={Plug} command={attach} onPress={() => void attach.run()}>
        {t('gate.attach')}
      </Button>
      <FaultNote fault={attach.fault} />
    </>
  );
}
