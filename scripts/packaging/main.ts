import { existsSync, rmSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AfterPackContext, build, type CliOptions } from 'electron-builder';
import { root } from '../lib/root.mjs';
import { wrapAsDeb } from './deb.ts';
import { runtimeOptions } from './runtime.ts';
import { KEY_VARIABLE, signManifests } from './sign.ts';
import { stage } from './stage.ts';

const { values } = parseArgs({
  options: {
    /** The folder alone. */
    dir: { type: 'boolean', default: false },
    /** The folder, wrapped by dpkg-deb. */
    deb: { type: 'boolean', default: false },
    /** Another version than that of package.json. */
    version: { type: 'string' },
    /** Another place than `dist/installers`. */
    output: { type: 'string' },
  },
});

const output = values.output ?? join(root, 'dist', 'installers');
const version = stage(values.version);
const options: CliOptions = {
  projectDir: root,
  publish: 'never',
  ...(values.dir || values.deb ? { dir: true } : {}),
  config: {
    extends: join(root, 'electron-builder.yml'),
    directories: { output },
    // Everything that is needed is staged: the dependencies of the checkout are no part of the application.
    beforeBuild: () => Promise.resolve(false),
    afterPack: removeStrays,
    ...runtimeOptions(),
  },
};
await build(options);
const seed = process.env[KEY_VARIABLE];
if (seed) console.log(`Signed for ${signManifests(output, seed)}`);
const folder = join(output, unpackedName());
if (values.deb) console.log(wrapAsDeb(folder, output, { version }));
else if (values.dir && existsSync(folder)) console.log(folder);

/** What a runtime that was unpacked elsewhere brings besides itself: its own example, and marks of whoever unpacked it. */
function removeStrays({ appOutDir, packager }: AfterPackContext): Promise<void> {
  const strays = [join(packager.getResourcesDir(appOutDir), 'default_app.asar')];
  for (const name of ['.complete', 'version']) strays.push(join(appOutDir, name));
  for (const stray of strays) rmSync(stray, { force: true });
  return Promise.resolve();
}

/** As electron-builder names the folder. */
function unpackedName(): string {
  const suffix = arch() === 'x64' ? '' : `-${arch()}`;
  if (platform() === 'darwin') return `mac${suffix}`;
  return `${platform() === 'win32' ? 'win' : 'linux'}${suffix}-unpacked`;
}
