/** Where a window goes: where it was, if it can be seen and grasped there. Pure. */
import { z } from 'zod';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

const whole = z.int().min(-100_000).max(100_000);

/** What is kept of a window between two starts. */
export const windowStateSchema = z.object({
  bounds: z.object({ x: whole, y: whole, width: whole, height: whole }),
  maximized: z.boolean().default(false),
});
export type WindowState = z.output<typeof windowStateSchema>;

export const MIN_SIZE = { width: 400, height: 480 } as const;
const DEFAULT_SIZE = { width: 1180, height: 800 } as const;
/** How much of a window's top edge must lie on a display, so that it can be dragged. */
const GRIP = { width: 120, height: 32 } as const;
/** How far a further window stands off from the one before. */
const CASCADE = 28;

/** Without `x` and `y` the system chooses the place. */
export type Placement = Pick<Rectangle, 'width' | 'height'> & Partial<Pick<Rectangle, 'x' | 'y'>>;

/**
 * @param saved where the window was; absent at first.
 * @param workAreas of the displays that there are now.
 */
export function placeWindow(saved: Rectangle | undefined, workAreas: readonly Rectangle[]): Placement {
  if (!saved) return fitSize(DEFAULT_SIZE, workAreas);
  const { x, y } = saved;
  for (const area of workAreas) {
    const size = fitSize(saved, [area]);
    if (canBeGrasped({ ...size, x, y }, area)) return { ...size, x, y };
  }
  return fitSize(saved, workAreas);
}

/** A further window beside `other`; the system places it where that would leave the displays. */
export const placeBeside = (other: Rectangle, workAreas: readonly Rectangle[]): Placement =>
  placeWindow({ ...other, x: other.x + CASCADE, y: other.y + CASCADE }, workAreas);

function fitSize(wanted: { width: number; height: number }, areas: readonly Rectangle[]) {
  const widest = Math.max(MIN_SIZE.width, ...areas.map(({ width }) => width));
  const highest = Math.max(MIN_SIZE.height, ...areas.map(({ height }) => height));
  return {
    width: Math.min(Math.max(wanted.width, MIN_SIZE.width), widest),
    height: Math.min(Math.max(wanted.height, MIN_SIZE.height), highest),
  };
}

function canBeGrasped(window: Rectangle, area: Rectangle): boolean {
  const overlap = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  return overlap >= GRIP.width && window.y >= area.y && window.y + GRIP.height <= area.y + area.height;
}
