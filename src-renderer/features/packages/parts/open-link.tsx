import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { addressOfReview, namedBy } from '../address.ts';
import styles from '../packages.module.css';

/** A place for a link that somebody sent. What it names is shown before anything is installed. */
export function OpenLink() {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const what = namedBy(text);
  return (
    <form
      className={styles['inOneLine']}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (what !== undefined) go(addressOfReview(what));
      }}
    >
      <TextField
        code
        label={t('link.label')}
        description={t('link.help')}
        placeholder="toolswarm:package/…"
        value={text}
        onChange={setText}
        error={tried && what === undefined ? t('link.bad') : undefined}
      />
      <Button type="submit">{t('link.open')}</Button>
    </form>
  );
}
