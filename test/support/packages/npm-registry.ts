/**
 * A registry of npm packages on loopback: packuments and real archives, which may hold what no honest publisher would put
 * there. What it serves of a package can be changed after its hash was told.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface TarEntry {
  /** As it stands in the archive, `package/…` where it is honest. */
  path: string;
  content?: string | Buffer;
  /** `1` hard link, `2` symbolic link, `5` folder. Default: `0`, a file. */
  type?: '0' | '1' | '2' | '5';
  linkTo?: string;
  mode?: number;
}

export interface PublishedPackage {
  name: string;
  version: string;
  /** Fields of its `package.json` beside name and version. */
  json?: Record<string, unknown>;
  /** Files by their path in the package. */
  files?: Record<string, string | Buffer>;
  /** Further entries of the archive. */
  entries?: TarEntry[];
  /** The archive itself, instead of one of all that. */
  archive?: Buffer;
  /** Fields of `dist` that are told instead of the true ones. */
  dist?: Record<string, unknown>;
}

export interface NpmRegistryServer {
  url: string;
  publish(...packages: PublishedPackage[]): void;
  /** Serves other bytes than were promised. */
  tamper(name: string, version: string): void;
  /** Paths that were asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

export async function startNpmRegistry(): Promise<NpmRegistryServer> {
  const packuments = new Map<string, Record<string, unknown>>();
  const archives = new Map<string, Buffer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    asked.push(path);
    const archive = archives.get(path);
    if (archive) return void response.writeHead(200).end(archive);
    const packument = packuments.get(path);
    response.writeHead(packument ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(packument ?? { error: 'not found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  function publishOne({
    archive: given,
    dist,
    entries = [],
    files = {},
    json = {},
    name,
    version,
  }: PublishedPackage): void {
    const described = { name, version, ...json };
    const made = () =>
      tarball([
        { path: 'package/package.json', content: JSON.stringify(described) },
        ...Object.entries(files).map(([path, content]) => ({ path: `package/${path}`, content })),
        ...entries,
      ]);
    const archive = given ?? made();
    const file = `${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
    archives.set(file, archive);
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    const before = packuments.get(name) as { versions: Record<string, unknown> } | undefined;
    packuments.set(name, {
      name,
      'dist-tags': { latest: version },
      versions: {
        ...before?.versions,
        [version]: { ...described, dist: { tarball: `${url}${file}`, integrity, ...dist } },
      },
    });
  }

  return {
    url,
    asked,
    publish: (...packages) => packages.forEach(publishOne),
    tamper(name, version) {
      const file = `${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
      archives.set(
        file,
        tarball([{ path: 'package/package.json', content: '{"name":"evil","version":"6.6.6"}' }]),
      );
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const BLOCK = 512;
const STRETCH = 8 << 20;

/** A few hundred kilobytes that inflate to `bytes`, of a kind of entry that no reader counts as a file. */
export function bomb(bytes: number): Buffer {
  const head = header('package/void', { size: bytes, type: 'V', linkTo: '', mode: 0o644 });
  const zeros = gzipSync(Buffer.alloc(STRETCH));
  return Buffer.concat([gzipSync(head), ...Array.from({ length: bytes / STRETCH }, () => zeros)]);
}

/** A gzipped tar (ustar) of exactly these entries. */
export function tarball(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(({ content = '', linkTo = '', mode = 0o644, path, type = '0' }) => {
    const bytes = Buffer.from(content);
    const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
    return [header(path, { size: bytes.length, type, linkTo, mode }), bytes, padding];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
}

function header(
  path: string,
  { linkTo, mode, size, type }: { size: number; type: string; linkTo: string; mode: number },
): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100);
  block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  block.write('0000000\0'.repeat(2), 108);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(linkTo, 157, 100);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
