import { Plug, RefreshCw } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NodeBanner, NodeGate, gateFor } from '../features/desktop/index.ts';
import { useDesktopState } from '../platform/desktop.ts';
import { faultOf, useFaultText } from '../platform/faults.ts';
import { useFormats } from '../platform/formats.ts';
import { type ConnectionState, useConnection, useNodeLink } from '../platform/node-link.ts';
import { Button } from '../ui/button.tsx';
import { CodeBlock } from '../ui/copy.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loading } from '../ui/progress.tsx';
import { Prose } from '../ui/prose.tsx';
import styles from './connection.module.css';

/** Whether the page was ever connected: before, there is nothing to show; after, what was shown stays. */
function useWasConnected(): boolean {
  const { phase } = useConnection();
  const [was, setWas] = useState(phase === 'connected');
  useEffect(() => {
    if (phase === 'connected') setWas(true);
  }, [phase]);
  return was || phase === 'connected';
}

/** What stands in a page's place while there is no node to ask; `undefined`: the page may be shown. */
export function useGate(): ReactNode | undefined {
  const { t } = useTranslation('frame');
  const state = useConnection();
  const link = useNodeLink();
  const was = useWasConnected();
  const desktop = useDesktopState();
  if (desktop && gateFor(desktop, was) === 'page')
    return (
      <Suspense fallback={<Loading label={t('connecting')} />}>
        <NodeGate />
      </Suspense>
    );
  if (state.phase === 'refused') return <Refused state={state} onRetry={link.retry} />;
  if (was) return undefined;
  if (state.phase === 'waiting' && state.failures > 1) return <Refused state={state} onRetry={link.retry} />;
  return <Loading label={t('connecting')} />;
}

function Refused({ state, onRetry }: { state: ConnectionState; onRetry(): void }) {
  const { t } = useTranslation('frame');
  const words = useFaultText();
  const fault = faultOf(state.error);
  const { message, advice } = words(fault);
  const needsLink = fault.code.startsWith('session.');
  // Another link, or the page of the node's own release: either way the browser has to load it.
  const needsLoad = needsLink || fault.code === 'contract.version';
  return (
    <EmptyState
      picture={needsLink ? 'peers' : 'fault'}
      title={message}
      action={
        <Button look="primary" icon={RefreshCw} onPress={needsLoad ? () => location.reload() : onRetry}>
          {t('connection.retry')}
        </Button>
      }
    >
      <p>
        <Prose>{advice}</Prose>
      </p>
      {needsLink && <CodeBlock label={t('connection.command')} text="toolswarm open" />}
    </EmptyState>
  );
}

/** Says that what is shown may be old, and when the next try comes. */
export function ConnectionBanner() {
  const { t } = useTranslation('frame');
  const format = useFormats();
  const link = useNodeLink();
  const { phase, retryAt } = useConnection();
  const was = useWasConnected();
  const [now, setNow] = useState(() => link.clock.now());
  useEffect(() => {
    if (phase !== 'waiting') return;
    setNow(link.clock.now());
    const timer = link.clock.every(1000, () => setNow(link.clock.now()));
    return () => timer.cancel();
  }, [phase, link]);
  const desktop = useDesktopState();
  const known = desktop && gateFor(desktop, was);
  const lost = was && !known && (phase === 'waiting' || phase === 'connecting');
  const seconds = Math.max(1, Math.ceil(((retryAt ?? now) - now) / 1000));
  return (
    <div role="alert" className={styles['place']}>
      {known === 'banner' && (
        <Suspense>
          <NodeBanner />
        </Suspense>
      )}
      {lost && (
        <div className={styles['banner']}>
          <Plug aria-hidden size="1.125rem" />
          <p>{t('connection.lost')}</p>
          <span className={styles['next']} aria-hidden>
            {phase === 'waiting'
              ? t('connection.next', { time: format.duration(seconds * 1000) })
              : t('connecting')}
          </span>
          <Button size="small" icon={RefreshCw} isPending={phase === 'connecting'} onPress={link.retry}>
            {t('connection.now')}
          </Button>
        </div>
      )}
    </div>
  );
}
