/**
 * A Debian package out of the packaged folder, by Debian's own dpkg-deb: for machines on which electron-builder's tools
 * cannot be fetched. Same paths, same scripts, same desktop entry as the one that electron-builder makes.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../lib/root.mjs';
import { LINUX_SIZES } from '../icons/sizes.ts';

/** The parts of electron-builder.yml that a Debian package is made of. */
interface BuilderFile {
  productName: string;
  linux: {
    executableName: string;
    category: string;
    maintainer: string;
    synopsis: string;
    description: string;
    mimeTypes: string[];
  };
  deb: {
    packageName: string;
    priority: string;
    packageCategory: string;
    recommends: string[];
    afterInstall: string;
    afterRemove: string;
  };
}

/** What Electron itself is linked against, by Debian's names. */
const DEPENDS =
  'libgtk-3-0 | libgtk-3-0t64, libnss3, libxss1, libxtst6, xdg-utils, libatspi2.0-0 | libatspi2.0-0t64, libgbm1, libasound2 | libasound2t64';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export interface DebOptions {
  version: string;
  /** `none` is for tests. Speed before size: whoever wants a small package builds it with electron-builder. */
  compression?: 'gzip' | 'none';
}

/** @returns the path of the package. */
export function wrapAsDeb(
  folder: string,
  output: string,
  { version, compression = 'gzip' }: DebOptions,
): string {
  const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as BuilderFile;
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const file = join(output, `${config.deb.packageName}_${version}_${architecture}.deb`);
  const work = mkdtempSync(join(tmpdir(), 'toolswarm-deb-'));
  try {
    layOut(work, folder, config);
    writeControl(work, config, { version, architecture });
    const level = compression === 'none' ? [] : ['-z1'];
    execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, ...level, '--build', work, file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

function layOut(work: string, folder: string, config: BuilderFile): void {
  const { productName, linux } = config;
  const share = join(work, 'usr', 'share');
  cpSync(folder, join(work, 'opt', productName), { recursive: true, verbatimSymlinks: true });
  write(join(share, 'applications'), `${linux.executableName}.desktop`, desktopEntry(config));
  for (const size of LINUX_SIZES) {
    const icons = join(share, 'icons', 'hicolor', `${size}x${size}`, 'apps');
    mkdirSync(icons, { recursive: true });
    cpSync(join(root, 'assets', 'icons', `${size}x${size}.png`), join(icons, `${linux.executableName}.png`));
  }
}

function writeControl(
  work: string,
  { deb, linux, productName }: BuilderFile,
  about: { version: string; architecture: string },
): void {
  const control = join(work, 'DEBIAN');
  const fields = {
    Package: deb.packageName,
    Version: about.version,
    Architecture: about.architecture,
    Maintainer: linux.maintainer,
    Section: deb.packageCategory,
    Priority: deb.priority,
    Depends: DEPENDS,
    Recommends: deb.recommends.join(', '),
    Description: `${linux.synopsis}\n ${linux.description}`,
  };
  write(
    control,
    'control',
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  const names = { executable: linux.executableName, sanitizedProductName: productName };
  write(control, 'postinst', filledIn(deb.afterInstall, names), 0o755);
  write(control, 'postrm', filledIn(deb.afterRemove, names), 0o755);
}

/** As electron-builder fills in `${…}`. */
const filledIn = (template: string, names: Readonly<Record<string, string>>): string =>
  readFileSync(join(root, template), 'utf8').replaceAll(
    /\$\{(\w+)\}/g,
    (whole, name: string) => names[name] ?? whole,
  );

const desktopEntry = ({ productName, linux }: BuilderFile): string =>
  [
    '[Desktop Entry]',
    `Name=${productName}`,
    `Exec=/opt/${productName}/${linux.executableName} %U`,
    'Terminal=false',
    'Type=Application',
    `Icon=${linux.executableName}`,
    `StartupWMClass=${linux.executableName}`,
    `Comment=${linux.synopsis}`,
    `MimeType=${linux.mimeTypes.map((type) => `${type};`).join('')}`,
    `Categories=${linux.category};`,
    '',
  ].join('\n');

function write(folder: string, name: string, content: string, mode = 0o644): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content, { mode });
}
