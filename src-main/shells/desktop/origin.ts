/** The origin of the application's own pages, and what counts as one of them. Pure. */
export const APP_SCHEME = 'app';
export const APP_HOST = 'toolswarm';
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;
export const APP_URL = `${APP_ORIGIN}/`;

/** Whether a URL is that of a page of ours. */
export const isOwnPage = (url: string): boolean => {
  const parsed = parse(url);
  return (
    parsed?.protocol === `${APP_SCHEME}:` &&
    parsed.host === APP_HOST &&
    parsed.username === '' &&
    parsed.password === ''
  );
};

/** Whether the system's browser may be asked to open it: https, without a name or password that could mislead. */
export function isOpenableOutside(url: string): boolean {
  const parsed = parse(url);
  return (
    parsed?.protocol === 'https:' && parsed.username === '' && parsed.password === '' && url.length <= 2048
  );
}

const parse = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);
