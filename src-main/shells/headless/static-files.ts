/** The built dashboard as a fixed set of files: a path is served because it is in the set, never because it exists. */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface StaticFile {
  file: string;
  type: string;
  /** Its name carries a hash of its content. */
  immutable: boolean;
  /** Forms that the build compressed beforehand, best first. */
  compressed: Array<{ encoding: 'br' | 'gzip'; file: string }>;
}

/** What a dashboard is made of; anything else in the folder (source maps, notes) is not served. */
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** Files by URL path, `/` included. Empty where nothing was built. */
export function listStaticFiles(root: string): Map<string, StaticFile> {
  const names = filesBelow(root);
  const files = new Map<string, StaticFile>();
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (!type) continue;
    const file = join(root, name);
    const path = `/${name.split(sep).join('/')}`;
    const compressed = (['br', 'gzip'] as const)
      .map((encoding) => ({ encoding, file: `${file}.${encoding === 'br' ? 'br' : 'gz'}` }))
      .filter((form) => names.has(relative(root, form.file)));
    files.set(path === '/index.html' ? '/' : path, {
      file,
      type,
      immutable: path.startsWith('/assets/'),
      compressed,
    });
  }
  return files;
}

function filesBelow(root: string): Set<string> {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return new Set();
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
}

/** Sends a file in the best form the browser takes. Rejects where it cannot be read or the browser left. */
export async function sendFile(
  entry: StaticFile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const form = entry.compressed.find(({ encoding }) => new RegExp(`\\b${encoding}\\b`).test(accepted));
  const file = form?.file ?? entry.file;
  response.writeHead(200, {
    'content-type': entry.type,
    'content-length': statSync(file).size,
    'cache-control': entry.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(form ? { 'content-encoding': form.encoding } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response);
}
