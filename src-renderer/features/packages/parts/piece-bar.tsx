import type { PackageTransfer } from '#shared/features/packages/views.ts';
import styles from '../packages.module.css';
import { blocksOf, stretchesOf } from '../rules.ts';

interface PieceBarProps {
  transfer: Pick<PackageTransfer, 'have' | 'pieces'>;
  /** What it shows, in words. */
  label: string;
}

/** Which pieces are here: one bar, filled where they lie in the file; paler where only some of a block are. */
export function PieceBar({ label, transfer }: PieceBarProps) {
  const blocks = blocksOf(transfer);
  return (
    <svg
      role="img"
      aria-label={label}
      className={styles['pieces']}
      viewBox={`0 0 ${Math.max(blocks.length, 1)} 8`}
      preserveAspectRatio="none"
    >
      {stretchesOf(blocks)
        .filter(({ part }) => part > 0)
        .map(({ from, length, part }) => (
          <rect key={from} x={from} width={length} height={8} opacity={0.25 + 0.75 * part} />
        ))}
    </svg>
  );
}
