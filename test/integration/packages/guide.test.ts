/**
 * The guide for providers, followed word by word on two machines: what a newcomer is told to type is typed here. Three
 * things differ. Libraries are not fetched by npm but are those of this repository; nobody sits at the terminal to say yes,
 * so `--yes` is said; and a link stands where the guide shows the beginning of one.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDaemons, type Daemon, root } from '#test/support/daemon.ts';

const GUIDE = readFileSync(join(root, 'docs', 'guides', 'en', 'provider.md'), 'utf8');
/** Some thirty programs are started one after another, as a person would; on busy machines that takes a while. */
const PATIENCE = { timeout: 180_000 };
const EXAMPLES = join(root, 'docs', 'guides', 'examples');

type Step =
  | { kind: 'run'; who: 'author' | 'user'; commands: string }
  | { kind: 'file'; path: string; content: string }
  | { kind: 'edit'; path: string; from: string; to: string };

/** Marks of the guide: `<!-- try: author -->` or `file PATH` before a block, `edit PATH BEFORE -> AFTER` alone. */
const MARK = /^<!-- try: (\S+) ?(.*?) -->\n(?:```\w+\n([^]*?)^```$)?/gm;

function readSteps(): Step[] {
  return [...GUIDE.matchAll(MARK)].map(([whole, what = '', rest = '', block]): Step => {
    if (what === 'edit') {
      const [, path = '', from = '', to = ''] = /^(\S+) (.*) -> (.*)$/.exec(rest) ?? [];
      return { kind: 'edit', path, from, to };
    }
    if (block === undefined) throw new Error(`No block follows ${whole}`);
    if (what === 'file') return { kind: 'file', path: rest, content: block };
    if (what !== 'author' && what !== 'user') throw new Error(`Nobody knows what ${whole} means`);
    return { kind: 'run', who: what, commands: block };
  });
}

interface Machine {
  node: Daemon;
  home: string;
  /** Where the last commands ended. */
  cwd: string;
}

/** The command line as people have it, and Node and npm beside it. */
function makePrograms(folder: string): string {
  mkdirSync(folder);
  const cli = join(root, 'bin', 'toolswarm.mjs');
  writeFileSync(join(folder, 'toolswarm'), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`, {
    mode: 0o755,
  });
  symlinkSync(process.execPath, join(folder, 'node'));
  return folder;
}

const spoken = (commands: string, link: string): string =>
  commands
    .replace(/^npm install .*$/gm, `ln -sfn "${join(root, 'node_modules')}" node_modules`)
    .replace(/^toolswarm packages (install|update) .*$/gm, '$& --yes')
    .replaceAll("'toolswarm:package/z6Mk…'", `'${link}'`);

/** Runs a block as a shell would that stops at the first fault; resolves with what was printed. */
function runBlock(machine: Machine, programs: string, commands: string): Promise<string> {
  const env = {
    ...process.env,
    HOME: machine.home,
    PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
    TOOLSWARM_DATA_DIR: machine.node.dataDir,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  const script = `set -e\n${commands}\npwd > "${machine.home}/.cwd"\n`;
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', script], { cwd: machine.cwd, env }, (error, stdout, stderr) => {
      if (error) return reject(new Error(`${commands}\n${stdout}\n${stderr}`));
      machine.cwd = readFileSync(join(machine.home, '.cwd'), 'utf8').trim();
      resolve(stdout);
    });
  });
}

describe.skipIf(process.platform === 'win32')('the guide for providers', () => {
  const daemons = createDaemons();
  const steps = readSteps();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'toolswarm-guide-'));
  });
  afterAll(async () => {
    await daemons.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function machine(name: string): Promise<Machine> {
    const home = join(folder, name);
    mkdirSync(home);
    return { node: await daemons.start(), home, cwd: home };
  }

  it.for(steps.filter((step) => step.kind === 'file'))('shows $path as it lies in the examples', (step) => {
    expect(step.content).toBe(readFileSync(join(EXAMPLES, step.path), 'utf8'));
  });

  it('leads from an empty folder to tools that another machine calls', PATIENCE, async () => {
    const programs = makePrograms(join(folder, 'bin'));
    const [author, user] = await Promise.all([machine('author'), machine('user')]);
    const machines = { author, user };
    const said: Record<'author' | 'user', string[]> = { author: [], user: [] };
    let link = '';
    for (const step of steps) {
      if (step.kind === 'run') {
        const output = await runBlock(machines[step.who], programs, spoken(step.commands, link));
        said[step.who].push(output);
        link = /^toolswarm:package\/\S+$/m.exec(output)?.[0] ?? link;
      } else if (step.kind === 'edit') {
        const path = join(author.cwd, step.path);
        const before = readFileSync(path, 'utf8');
        expect(before).toContain(step.from);
        writeFileSync(path, before.replace(step.from, step.to));
      } else {
        const path = join(author.cwd, ...step.path.split('/').slice(1));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, step.content);
      }
    }
    expect(existsSync(join(author.home, 'notes', 'package', 'index.mjs'))).toBe(true);
    const [installed = '', updated = '', back = '', counted = ''] = said.user;
    expect(installed).toMatch(/signed by[^]*version +1\.0\.0[^]*grace\.md\n$/);
    expect(updated).toMatch(/version +1\.1\.0/);
    expect(back).toContain('version 1.0.0 again');
    expect(counted).toMatch(/pianos: 1\n$/);
    expect(said.author.join('')).toContain('1.1.0 stable, 1.0.0 withdrawn');
  });
});
