import { ArrowLeft, ArrowRight, Check } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { type Setup, type SetupStep, setupSteps } from '#shared/features/node/setup.ts';
import { useCommand } from '../../platform/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Stepper } from '../../ui/stepper.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useSetup } from '../node/index.ts';
import { ClientsStep } from './parts/clients-step.tsx';
import { ConnectivityStep } from './parts/connectivity-step.tsx';
import { IdentityStep } from './parts/identity-step.tsx';
import { LookStep } from './parts/look-step.tsx';
import { ServerStep } from './parts/server-step.tsx';
import styles from './welcome.module.css';

/** What a step is given: how it says that what it is for was done. */
export interface StepProps {
  onDone(): void;
}

const steps: Record<SetupStep, (props: StepProps) => ReactNode> = {
  look: LookStep,
  identity: IdentityStep,
  connectivity: ConnectivityStep,
  clients: ClientsStep,
  server: ServerStep,
};

/** The first run: five steps, each of which can be passed over, left and taken up again. */
export function WelcomePage() {
  const { t } = useTranslation('setup');
  const setup = useSetup((state) => state.setup);
  const finish = useFinish();
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button look="quiet" command={finish} onPress={() => void finish.run(false)}>
          {t('skipAll')}
        </Button>
      }
    >
      <FaultNote fault={finish.fault} />
      {setup ? <Steps setup={setup} onFinish={() => finish.run(true)} /> : <Loading label={t('reading')} />}
    </Page>
  );
}

function useFinish() {
  const { t } = useTranslation('setup');
  const toasts = useToasts();
  const [, go] = useLocation();
  const finish = useSetup((state) => state.finish);
  return useCommand(async (signal, through: boolean) => {
    await finish(signal);
    toasts.say(t(through ? 'finished' : 'skipped'));
    go('/');
  });
}

function Steps({ setup, onFinish }: { setup: Setup; onFinish(): Promise<unknown> }) {
  const { t } = useTranslation('setup');
  const advance = useSetup((state) => state.advance);
  const [current, setCurrent] = useState<SetupStep>(setup.finished ? 'look' : setup.step);
  const [done, setDone] = useState<ReadonlySet<SetupStep>>(() => new Set(setup.completed));
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(current);
  useEffect(() => {
    if (shown.current === current) return;
    shown.current = current;
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const at = setupSteps.indexOf(current);
  const isLast = at === setupSteps.length - 1;
  const next = useCommand(async (signal) => {
    await advance(current, done.has(current), signal);
    const following = setupSteps[at + 1];
    if (following) setCurrent(following);
    else await onFinish();
  });
  const Step = steps[current];
  return (
    <div className={styles['welcome']}>
      <Stepper
        label={t('steps')}
        current={current}
        onGo={(step) => setCurrent(step)}
        steps={setupSteps.map((id) => ({ id, label: t(`step.${id}.name`), done: done.has(id) }))}
      />
      <section className={styles['step']} aria-labelledby="setup-step">
        <header>
          <p className={styles['count']}>{t('position', { number: at + 1, of: setupSteps.length })}</p>
          <h2 id="setup-step" ref={heading} tabIndex={-1}>
            {t(`step.${current}.title`)}
          </h2>
          <p className={styles['lead']}>{t(`step.${current}.words`)}</p>
        </header>
        <Suspense fallback={<Loading label={t('reading')} />}>
          <Step key={current} onDone={() => setDone((now) => new Set([...now, current]))} />
        </Suspense>
        <FaultNote fault={next.fault} />
        <footer className={styles['foot']}>
          <Button
            icon={ArrowLeft}
            isDisabled={at === 0}
            onPress={() => setCurrent(setupSteps[at - 1] ?? current)}
          >
            {t('back')}
          </Button>
          <Button
            look={done.has(current) ? 'primary' : 'secondary'}
            icon={isLast ? Check : ArrowRight}
            command={next}
            onPress={() => void next.run()}
          >
            {isLast ? t('finish') : t(done.has(current) ? 'next' : 'passOver')}
          </Button>
        </footer>
      </section>
    </div>
  );
}
