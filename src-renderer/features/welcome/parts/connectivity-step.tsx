import { useTranslation } from 'react-i18next';
import { Note } from '../../../ui/note.tsx';
import { ConnectionDoctor } from '../../network/index.ts';
import type { StepProps } from '../page.tsx';

/** The way to other nodes as a picture, with a fix for each piece that fails. A node that is alone has been tested, too. */
export function ConnectivityStep({ onDone }: StepProps) {
  const { t } = useTranslation('setup');
  return (
    <>
      <ConnectionDoctor autoStart onFinished={() => onDone()} />
      <Note>{t('connectivity.alone')}</Note>
    </>
  );
}
