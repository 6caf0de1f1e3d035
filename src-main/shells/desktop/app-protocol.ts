/**
 * `app://toolswarm/`: the pages, read from a fixed set of files that is listed once. A path is served because it is in the
 * set, never because it exists, so there is nothing to climb out of.
 */
import { readFile } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { SECURITY_HEADERS } from '../headless/security-headers.ts';
import { type StaticFile, listStaticFiles } from '../headless/static-files.ts';
import { APP_HOST, APP_SCHEME } from './origin.ts';

/** Must be called before the application is ready, in the first tick of the program. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the pages in `session`. @param folder of the built pages. */
export function serveApp(session: Session, folder: string): void {
  const files = listStaticFiles(folder);
  session.protocol.handle(APP_SCHEME, (request) => answer(files, request));
}

async function answer(files: Map<string, StaticFile>, request: Request): Promise<Response> {
  const { host, pathname } = new URL(request.url);
  const file = host === APP_HOST ? files.get(pathname === '/index.html' ? '/' : pathname) : undefined;
  if (!file) return new Response('There is nothing here.', { status: 404, headers: SECURITY_HEADERS });
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response('Use GET here.', {
      status: 405,
      headers: { ...SECURITY_HEADERS, allow: 'GET, HEAD' },
    });
  const headers = { ...SECURITY_HEADERS, 'content-type': file.type, 'cache-control': 'no-cache' };
  return new Response(request.method === 'HEAD' ? null : await readFile(file.file), { headers });
}
