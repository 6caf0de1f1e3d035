import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { icnsOf, icoOf, ICNS_SIZES, ICO_SIZES } from '#scripts/icons/containers.ts';
import { LINUX_SIZES, trayFiles, TRAY_STATES } from '#scripts/icons/sizes.ts';
import { root } from '#scripts/lib/root.mjs';
import { trayImageFile } from '#main/shells/desktop/tray-images.ts';

const assets = join(root, 'assets');
const images = (sizes: readonly number[]) =>
  new Map(sizes.map((size) => [size, Buffer.from(`png of ${size}`)]));

/** Width and height that a PNG says of itself. */
const sizeOf = (file: string) => {
  const png = readFileSync(file);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
};

describe('containers', () => {
  it('an .ico leads to each of its images', () => {
    const ico = icoOf(images(ICO_SIZES));
    expect([ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([1, ICO_SIZES.length]);
    ICO_SIZES.forEach((size, index) => {
      const entry = 6 + 16 * index;
      const [length, offset] = [ico.readUInt32LE(entry + 8), ico.readUInt32LE(entry + 12)];
      expect(ico.readUInt8(entry)).toBe(size % 256);
      expect(ico.subarray(offset, offset + length).toString()).toBe(`png of ${size}`);
    });
  });

  it('an .icns is a chain of chunks that ends where it says', () => {
    const icns = icnsOf(images(ICNS_SIZES));
    expect(icns.subarray(0, 4).toString()).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    let at = 8;
    while (at < icns.length) {
      expect(icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)).toString()).toMatch(/^png of \d+$/);
      at += icns.readUInt32BE(at + 4);
    }
    expect(at).toBe(icns.length);
  });

  it('refuse to be made of less', () => {
    expect(() => icoOf(images([16]))).toThrow('there is no image of 20 pixels');
  });
});

describe('what is committed', () => {
  it('has every image of the tray in its size', () => {
    for (const { name, size } of trayFiles())
      expect(sizeOf(join(assets, 'tray', name)), name).toEqual([size, size]);
  });

  it('has an image for every state, theme and system', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const)
      for (const state of TRAY_STATES)
        for (const dark of [true, false])
          expect(existsSync(trayImageFile(join(assets, 'tray'), platform, state, dark))).toBe(true);
  });

  it('has the icons of Linux desktops', () => {
    for (const size of LINUX_SIZES)
      expect(sizeOf(join(assets, 'icons', `${size}x${size}.png`))).toEqual([size, size]);
  });
});

/** Relative luminance of `#rrggbb` (WCAG 2). */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

describe('colours of the tray', () => {
  const svg = readFileSync(join(assets, 'tray.svg'), 'utf8');
  const coloursOf = (theme: string) => {
    const [, rules = ''] = new RegExp(`data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(svg) ?? [];
    return [...rules.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, state, colour = '']) => ({
      state,
      colour,
    }));
  };

  it('are seen on light and on dark panels, where nobody says which it is', () => {
    expect(coloursOf('light').map(({ state }) => state)).toEqual([...TRAY_STATES]);
    for (const { colour } of coloursOf('light'))
      for (const panel of ['#ffffff', '#1e1e1e'])
        expect(contrast(colour, panel), `${colour} on ${panel}`).toBeGreaterThan(3);
  });

  it('stand out on panels that are known to be dark', () => {
    for (const { colour } of coloursOf('dark')) expect(contrast(colour, '#2b2b2b')).toBeGreaterThan(5);
  });
});
