import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Inline } from '../../../ui/page.tsx';
import type { Setting } from '../rules.ts';
import styles from '../settings.module.css';
import { useSettingWords } from './words.ts';

/** Changes that the running node does not know yet, and the way to make it know. */
export function RestartBanner({
  settings,
  onRestarted,
}: {
  settings: readonly Setting[];
  onRestarted(): void;
}) {
  const { t } = useTranslation('settings');
  const node = useNode();
  const format = useFormats();
  const words = useSettingWords();
  const waiting = settings.filter(({ restartPending }) => restartPending);
  const restart = useCommand(async (signal) => {
    await node['node.restart']({}, { signal });
    onRestarted();
  });
  return (
    <div role="status" className={styles['banner']}>
      {waiting.length > 0 && (
        <Note tone="warn">
          <p>{t('restart.words', { settings: format.list(waiting.map((item) => words(item).title)) })}</p>
          <Inline>
            <Button icon={RotateCw} command={restart} onPress={() => void restart.run()}>
              {t('restart.now')}
            </Button>
            <span>{t('restart.effect')}</span>
          </Inline>
          <FaultNote fault={restart.fault} />
        </Note>
      )}
    </div>
  );
}
