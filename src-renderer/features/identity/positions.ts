import type { Random } from '#shared/kernel/random.ts';

/** `count` different positions from 1 to `of`, in rising order. */
export function pickPositions(random: Random, count: number, of: number): number[] {
  const left = Array.from({ length: of }, (_, index) => index + 1);
  const picked: number[] = [];
  while (picked.length < count && left.length > 0) {
    picked.push(...left.splice(Math.floor(random.float() * left.length), 1));
  }
  return picked.sort((a, b) => a - b);
}
