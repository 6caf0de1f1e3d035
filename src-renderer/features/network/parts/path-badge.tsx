import { Globe, House, type LucideIcon, Moon, Waypoints } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import type { ShownPath } from '../rules.ts';

/** Each path has its own sign, on the map and in the table alike. */
export const pathIcons: Record<ShownPath, LucideIcon> = {
  lan: House,
  direct: Globe,
  relayed: Waypoints,
  away: Moon,
};

const tones: Record<ShownPath, Tone> = { lan: 'ok', direct: 'info', relayed: 'warn', away: 'idle' };

export function PathBadge({ path }: { path: ShownPath }) {
  const { t } = useTranslation('network');
  return (
    <Badge plain tone={tones[path]} icon={pathIcons[path]}>
      {t(`path.${path}`)}
    </Badge>
  );
}
