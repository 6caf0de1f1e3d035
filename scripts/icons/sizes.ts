/** Which files the icons are: names as Electron and electron-builder look for them. */

/** Icons of a Linux desktop, in pixels. */
export const LINUX_SIZES: readonly number[] = [16, 24, 32, 48, 64, 128, 256, 512];

export const TRAY_STATES = ['running', 'starting', 'offline', 'attention'] as const;
export type TrayState = (typeof TRAY_STATES)[number];

interface TrayFile {
  /** `running-dark@1.5x.png`: Electron picks the scale by this suffix. */
  name: string;
  state: TrayState;
  theme: 'light' | 'dark' | 'template';
  size: number;
}

/** Pixels at 100 %: Windows and most Linux panels show 16, the menu bar of macOS 18 with its margins. */
const BASE = 16;
const TEMPLATE_BASE = 18;
const SCALES: readonly number[] = [1, 1.25, 1.5, 2, 3];
const TEMPLATE_SCALES: readonly number[] = [1, 2, 3];
/** Linux panels of 22 and 24 pixels get an image of their own: shrinking and stretching makes thin lines grey. */
const LINUX_BASE = 24;
const LINUX_SCALES: readonly number[] = [1, 2];

export function trayFiles(): TrayFile[] {
  return TRAY_STATES.flatMap((state) => [
    ...(['light', 'dark'] as const).flatMap((theme) => [
      ...SCALES.map((scale) => file(state, theme, `${state}-${theme}`, BASE, scale)),
      ...LINUX_SCALES.map((scale) => file(state, theme, `${state}-${theme}-linux`, LINUX_BASE, scale)),
    ]),
    ...TEMPLATE_SCALES.map((scale) => file(state, 'template', `${state}Template`, TEMPLATE_BASE, scale)),
  ]);
}

const file = (
  state: TrayState,
  theme: TrayFile['theme'],
  stem: string,
  base: number,
  scale: number,
): TrayFile => ({
  name: `${stem}${scale === 1 ? '' : `@${scale}x`}.png`,
  state,
  theme,
  size: base * scale,
});
