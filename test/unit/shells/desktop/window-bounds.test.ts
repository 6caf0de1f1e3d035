import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MIN_SIZE,
  type Rectangle,
  placeBeside,
  placeWindow,
  windowStateSchema,
} from '#main/shells/desktop/window-bounds.ts';

const screen: Rectangle = { x: 0, y: 27, width: 1920, height: 1053 };
const second: Rectangle = { x: 1920, y: 0, width: 1280, height: 1024 };

describe('where a window goes', () => {
  it('is where it was', () => {
    const saved = { x: 100, y: 60, width: 900, height: 700 };
    expect(placeWindow(saved, [screen])).toEqual(saved);
    expect(placeWindow({ ...saved, x: 2000 }, [screen, second])).toEqual({ ...saved, x: 2000 });
  });

  it('is left to the system where its display is gone or its title bar cannot be reached', () => {
    const saved = { x: 2000, y: 60, width: 900, height: 700 };
    expect(placeWindow(saved, [screen])).toEqual({ width: 900, height: 700 });
    expect(placeWindow({ ...saved, x: 100, y: -500 }, [screen])).toEqual({ width: 900, height: 700 });
    expect(placeWindow({ ...saved, x: 1900, y: 60 }, [screen])).toEqual({ width: 900, height: 700 });
  });

  it('fits smaller displays', () => {
    const small = { x: 0, y: 0, width: 1024, height: 600 };
    expect(placeWindow(undefined, [small])).toEqual({ width: 1024, height: 600 });
    expect(placeWindow({ x: 0, y: 0, width: 5000, height: 5000 }, [small])).toMatchObject({
      width: 1024,
      height: 600,
    });
  });

  it('of a further window is beside the one before', () => {
    const first = { x: 100, y: 60, width: 900, height: 700 };
    const beside = placeBeside(first, [screen]);
    expect(beside).toMatchObject({ width: 900, height: 700 });
    expect(beside.x).toBeGreaterThan(first.x);
    expect(beside.y).toBeGreaterThan(first.y);
  });

  it('can always be seen and grasped, whatever was saved', () => {
    const edge = fc.integer({ min: -50_000, max: 50_000 });
    fc.assert(
      fc.property(fc.record({ x: edge, y: edge, width: edge, height: edge }), (saved) => {
        const place = placeWindow(saved, [screen, second]);
        expect(place.width).toBeGreaterThanOrEqual(MIN_SIZE.width);
        expect(place.height).toBeGreaterThanOrEqual(MIN_SIZE.height);
        if (place.x === undefined || place.y === undefined) return;
        const { x, y } = place as Rectangle;
        const home = [screen, second].find(
          (area) =>
            y >= area.y &&
            y < area.y + area.height &&
            x < area.x + area.width - 100 &&
            x + place.width > area.x + 100,
        );
        expect(home).toBeDefined();
      }),
    );
  });

  it('is not read from a damaged file', () => {
    for (const bounds of [
      {},
      { x: 0.5, y: 0, width: 1, height: 1 },
      { x: 1e9, y: 0, width: 1, height: 1 },
      null,
    ])
      expect(windowStateSchema.safeParse({ bounds }).success).toBe(false);
  });
});
