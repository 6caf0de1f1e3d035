/** F6 walks through the parts of the window, as in a browser: navigation, header, page, tasks, messages. */
const TABBABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex]:not([tabindex="-1"])';

/** Moves the focus to the next part that has something in it, or to the one before. */
export function focusNextRegion(document: Document, step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => region.id === 'main' || region.querySelector(TABBABLE) !== null,
  );
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions.at((here < 0 ? (step > 0 ? 0 : -1) : here + step) % regions.length);
  if (!next) return;
  if (next.id === 'main') next.focus({ preventScroll: true });
  else
    (
      next.querySelector<HTMLElement>('[aria-current="page"]') ?? next.querySelector<HTMLElement>(TABBABLE)
    )?.focus();
}

/** Puts the focus into the page’s own search box; false where it has none. */
export function focusSearch(document: Document): boolean {
  const box = document.querySelector<HTMLInputElement>('main input[type="search"], main [role="searchbox"]');
  box?.focus();
  box?.select();
  return box !== null;
}
