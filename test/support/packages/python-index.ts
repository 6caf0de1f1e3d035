/** A simple index (PEP 503) on loopback with wheels that are made here. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zipOf } from './zip.ts';

export interface PublishedWheel {
  name: string;
  version: string;
  /** Modules and other files by their path. */
  files?: Record<string, string>;
  /** `name = module:attribute` lines. */
  scripts?: string[];
  requires?: string[];
  summary?: string;
  /** A source archive alone, which would have to be built. */
  isSource?: boolean;
}

export interface PythonIndexServer {
  /** Of the index itself, `…/simple`. */
  url: string;
  publish(...wheels: PublishedWheel[]): void;
  /** Serves other bytes than were promised. */
  tamper(name: string): void;
  close(): Promise<void>;
}

export async function startPythonIndex(): Promise<PythonIndexServer> {
  const pages = new Map<string, Array<{ file: string; sha256: string }>>();
  const files = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const file = files.get(path);
    if (file) return void response.writeHead(200).end(file);
    const links = pages.get(path);
    response.writeHead(links ? 200 : 404, { 'content-type': 'text/html' });
    const anchors = links?.map((one) => `<a href="/files/${one.file}#sha256=${one.sha256}">${one.file}</a>`);
    response.end(`<!doctype html><html><body>${anchors?.join('') ?? ''}</body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function publishOne(wheel: PublishedWheel): void {
    const escaped = wheel.name.replace(/[-_.]+/g, '_');
    const file = wheel.isSource
      ? `${escaped}-${wheel.version}.tar.gz`
      : `${escaped}-${wheel.version}-py3-none-any.whl`;
    const bytes = wheelOf(wheel, `${escaped}-${wheel.version}.dist-info`);
    files.set(`/files/${file}`, bytes);
    const page = `/simple/${wheel.name.toLowerCase().replace(/[-_.]+/g, '-')}/`;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    pages.set(page, [...(pages.get(page) ?? []), { file, sha256 }]);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    publish: (...wheels) => wheels.forEach(publishOne),
    tamper(name) {
      const [path] = [...files.keys()].filter((one) => one.includes(`/${name}-`));
      const info = /\/([^/]+-[^-/]+)-py3/.exec(path ?? '')?.[1] ?? '';
      const [, version = ''] = info.split('-');
      if (path) files.set(path, wheelOf({ name, version, files: { 'evil.py': '' } }, `${info}.dist-info`));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function wheelOf(
  { files = {}, name, requires = [], scripts = [], summary = 'Some package', version }: PublishedWheel,
  info: string,
): Buffer {
  const metadata = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    `Summary: ${summary}`,
    'Requires-Python: >=3.8',
    ...requires.map((one) => `Requires-Dist: ${one}`),
  ];
  const all: Record<string, string> = {
    ...files,
    [`${info}/METADATA`]: `${metadata.join('\n')}\n\nWords.\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ...(scripts.length > 0
      ? { [`${info}/entry_points.txt`]: `[console_scripts]\n${scripts.join('\n')}\n` }
      : {}),
  };
  const record = [...Object.keys(all).map((path) => `${path},,`), `${info}/RECORD,,`].join('\n');
  return zipOf(
    Object.entries({ ...all, [`${info}/RECORD`]: `${record}\n` }).map(([path, content]) => ({
      name: path,
      data: Buffer.from(content),
    })),
  );
}
