import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useSetup } from '../features/node/index.ts';
import { Loading } from '../ui/progress.tsx';

/** Leads to the first run where nobody has been through it yet: once a window, and only from Home. */
export function FirstRun({ children }: { children: ReactNode }) {
  const { t } = useTranslation('frame');
  const [path, go] = useLocation();
  const finished = useSetup((state) => (state.unknown ? true : state.setup?.finished));
  const [decided, setDecided] = useState(path !== '/');
  useEffect(() => {
    if (decided || finished === undefined) return;
    if (!finished) go('/welcome', { replace: true });
    setDecided(true);
  }, [decided, finished, go]);
  return decided ? <>{children}</> : <Loading label={t('opening')} />;
}
