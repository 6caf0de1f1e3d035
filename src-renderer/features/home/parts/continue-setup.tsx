import { ArrowRight, Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useSetup } from '../../node/index.ts';
import styles from '../home.module.css';

/** A first run that was left is taken up again from here. */
export function ContinueSetup() {
  const { t } = useTranslation('home');
  const setup = useSetup((state) => state.setup);
  if (!setup || setup.finished) return null;
  return (
    <section aria-label={t('setup.title')}>
      <ul className={styles['attention']}>
        <li className={styles['hint']}>
          <Sparkles aria-hidden size="1.125rem" />
          <p>{t('setup.words')}</p>
          <Link href="/welcome" className={styles['go']}>
            {t('setup.go')}
            <ArrowRight aria-hidden size="1rem" className={styles['arrow']} />
          </Link>
        </li>
      </ul>
    </section>
  );
}
