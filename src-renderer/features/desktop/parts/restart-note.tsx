import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';

/** When the node is started again by itself, counted down. */
export function RestartNote({ at }: { at: number | undefined }) {
  const { t } = useTranslation('desktop');
  const format = useFormats();
  const { clock } = useNodeLink();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (at === undefined) return;
    const timer = clock.every(1000, () => setNow(clock.now()));
    return () => timer.cancel();
  }, [at, clock]);
  if (at === undefined) return null;
  const seconds = Math.max(1, Math.ceil((at - now) / 1000));
  // Counting down aloud would drown everything else a screen reader says.
  return <p aria-hidden>{t('gate.restarts', { time: format.duration(seconds * 1000) })}</p>;
}
