import { Laptop, type LucideIcon, Router, UsersRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DoctorState } from '#shared/features/p2p/doctor.ts';
import { Badge } from '../../../ui/badge.tsx';
import styles from './doctor.module.css';
import { tones } from './doctor-row.tsx';

const places = ['you', 'nat', 'peers'] as const;
type Place = (typeof places)[number];
const icons: Record<Place, LucideIcon> = { you: Laptop, nat: Router, peers: UsersRound };

/** The way out: this computer, its network, the peers; each with the worst that was found there. */
export function DoctorPicture({ stateOf }: { stateOf(place: Place): DoctorState | 'waiting' }) {
  const { t } = useTranslation('network');
  return (
    <ol className={styles['picture']} aria-label={t('doctor.picture')}>
      {places.map((place) => {
        const Icon = icons[place];
        const state = stateOf(place);
        return (
          <li key={place} className={styles[state]}>
            <Icon aria-hidden size="1.75rem" strokeWidth={1.5} />
            <span className={styles['place']}>{t(`doctor.place.${place}`)}</span>
            <Badge plain tone={tones[state]}>
              {t(`doctor.state.${state}`)}
            </Badge>
          </li>
        );
      })}
    </ol>
  );
}
