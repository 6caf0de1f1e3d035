import { useTranslation } from 'react-i18next';
import { usePreferences } from '../platform/preferences.ts';
import { isApple, keyCaps } from '../platform/shortcuts.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Switch } from '../ui/fields.tsx';
import { places } from './places.ts';
import styles from './shortcut-sheet.module.css';
import { commandShortcuts } from './shortcuts.ts';

/** All shortcuts as this system’s keyboard writes them, and a switch for those that are single characters. */
export default function ShortcutSheet({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('frame');
  const singleKeys = usePreferences((state) => state.singleKeys);
  const setSingleKeys = usePreferences((state) => state.setSingleKeys);
  return (
    <Dialog title={t('shortcuts.title')} isOpen onClose={onClose}>
      <Switch selected={singleKeys} onChange={setSingleKeys} description={t('shortcuts.singleKeysWords')}>
        {t('shortcuts.singleKeys')}
      </Switch>
      <section>
        <h3>{t('shortcuts.anywhere')}</h3>
        <dl className={styles['list']}>
          {commandShortcuts.map(({ id, keys }) => (
            <Line key={id} keys={keys} words={t(`shortcuts.command.${id}`)} />
          ))}
        </dl>
      </section>
      <section>
        <h3>{t('shortcuts.pages')}</h3>
        <dl className={styles['list']}>
          {places.map(({ key, keys }) => (
            <Line key={key} keys={keys} words={t(`nav.${key}`)} />
          ))}
        </dl>
      </section>
    </Dialog>
  );
}

function Line({ keys, words }: { keys: string; words: string }) {
  const { t } = useTranslation('frame');
  const [first, second] = keys.split(' ');
  const caps = (part: string) => keyCaps(part, isApple(navigator)).map((cap) => <kbd key={cap}>{cap}</kbd>);
  return (
    <div>
      <dt>{words}</dt>
      <dd dir="ltr">
        {caps(first ?? '')}
        {second !== undefined && (
          <>
            <span>{t('shortcuts.then')}</span>
            {caps(second)}
          </>
        )}
      </dd>
    </div>
  );
}
