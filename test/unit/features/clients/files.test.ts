import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientApps } from '#shared/features/clients/apps.ts';
import { type ClientMachine, createClientMachine } from '#test/support/client-machine.ts';

const coded = (code: string) => expect.objectContaining({ code });
const FOREIGN = '{"mcpServers":{"toolswarm":{"command":"other","args":[]},"b":{"command":"b"}}}';

let machine: ClientMachine;
beforeEach(() => {
  machine = createClientMachine();
});
afterEach(() => machine.remove());
const stateOf = (id: string) => machine.files.detect().find((item) => item.id === id);

const SAMPLES = {
  json: '{\n  "a": [1, 2],\n  "mcpServers": { "x": { "command": "y" } }\n}\n',
  jsonc: '// mine\n{\n\t"a": 1, // one\n}',
  toml: 'a = 1\r\n# two\r\n[b]\r\nc = "d"\r\n',
  yaml: 'a: 1 # one\nextensions:\n  x: { enabled: true }\n',
};

describe.each(['linux', 'darwin', 'win32'] as const)('on %s', (system) => {
  it.each(clientApps.map((app) => [app.id, app] as const))(
    '%s is connected, and disconnected to the byte',
    (id, app) => {
      const files = machine.installedAt('/opt/toolswarm/bin/toolswarm.mjs', system);
      const { file, installed } = files.detect().find((item) => item.id === id) ?? { file: '' };
      expect(file.startsWith(machine.home)).toBe(true);
      expect(installed).toBe(false);
      const sample = id === 'continue' ? 'mcpServers:\n  - name: a\n' : SAMPLES[app.format];
      machine.write(file.slice(machine.home.length), sample);
      const plan = files.plan({ client: id }, 'default');
      expect(plan).toMatchObject({ file, change: 'add' });
      expect(readFileSync(file, 'utf8')).toBe(sample);
      expect(files.connect({ client: id }, 'default', plan.hash)).toMatchObject({
        installed: true,
        entry: 'present',
        profile: 'default',
      });
      expect(files.plan({ client: id }, 'default').change).toBe('none');
      expect(files.disconnect({ client: id })).toEqual({ client: id, file, outcome: 'restored' });
      expect(readFileSync(file, 'utf8')).toBe(sample);
    },
  );
});

it('a file that was not there is made, and gone after', () => {
  mkdirSync(join(machine.home, '.cursor'));
  expect(stateOf('cursor')).toMatchObject({ installed: true, exists: false, entry: 'absent' });
  expect(machine.files.plan({ client: 'cursor' }, 'default')).toMatchObject({ change: 'create', hash: '' });
  const { file } = machine.files.connect({ client: 'cursor' }, 'default', '');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(machine.files.planRemoval({ client: 'cursor' }).change).toBe('restore');
  machine.files.disconnect({ client: 'cursor' });
  expect(existsSync(file)).toBe(false);
});

it('who edited the file in between keeps what he wrote', () => {
  machine.write('.cursor/mcp.json', '{}\n');
  const { file } = machine.files.connect({ client: 'cursor' }, 'default');
  const edited = readFileSync(file, 'utf8').replace(
    '"mcpServers": {',
    '"theme": "dark",\n  "mcpServers": {\n    "mine": { "command": "m" },',
  );
  writeFileSync(file, edited);
  expect(machine.files.planRemoval({ client: 'cursor' }).change).toBe('remove');
  expect(machine.files.disconnect({ client: 'cursor' }).outcome).toBe('removed');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    theme: 'dark',
    mcpServers: { mine: { command: 'm' } },
  });
});

it('a container that we brought goes with us, even from an edited file', () => {
  machine.write('.cursor/mcp.json', '{}\n');
  const { file } = machine.files.connect({ client: 'cursor' }, 'default');
  writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{\n  "theme": "dark",'));
  machine.files.disconnect({ client: 'cursor' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ theme: 'dark' });
});

it('somebody else’s entry of our name is told, replaced only by a plan that shows it, and comes back', () => {
  machine.write('.cursor/mcp.json', FOREIGN);
  expect(stateOf('cursor')).toMatchObject({ entry: 'foreign' });
  const plan = machine.files.plan({ client: 'cursor' }, 'default');
  expect(plan.change).toBe('replace');
  expect(plan.lines.some(({ kind, text }) => kind === 'remove' && text.includes('other'))).toBe(true);
  machine.files.connect({ client: 'cursor' }, 'default', plan.hash);
  machine.write('.cursor/mcp.json', machine.read('.cursor/mcp.json').replace('"b"', '"c"'));
  expect(machine.files.disconnect({ client: 'cursor' }).outcome).toBe('removed');
  expect(machine.read('.cursor/mcp.json')).toBe(FOREIGN.replace('"b"', '"c"'));
});

it('another node’s entry is nobody’s to take out', () => {
  const other = {
    command: '/usr/bin/node',
    args: ['/opt/toolswarm/bin/toolswarm.mjs', 'mcp', '--data-dir', '/elsewhere'],
  };
  machine.write('.cursor/mcp.json', JSON.stringify({ mcpServers: { toolswarm: other } }));
  expect(stateOf('cursor')).toMatchObject({ entry: 'foreign' });
  expect(machine.files.disconnectAll()).toEqual([]);
  expect(() => machine.files.disconnect({ client: 'cursor' })).toThrow(coded('clients.not_connected'));
});

it('an entry of an installation that moved is stale, is repaired, and leaves no trace after', () => {
  const before = '{\n  "mcpServers": {}\n}\n';
  machine.write('.cursor/mcp.json', before);
  machine.installedAt('/old/bin/toolswarm.mjs').connect({ client: 'cursor' }, 'work');
  expect(stateOf('cursor')).toMatchObject({ entry: 'stale', profile: 'work' });
  expect(machine.files.connect({ client: 'cursor' }, 'work').entry).toBe('present');
  expect(machine.files.disconnect({ client: 'cursor' }).outcome).toBe('restored');
  expect(machine.read('.cursor/mcp.json')).toBe(before);
});

it('the profile is part of the entry', () => {
  machine.write('.cursor/mcp.json', '{}');
  machine.files.connect({ client: 'cursor' }, 'work');
  expect(stateOf('cursor')).toMatchObject({ entry: 'present', profile: 'work' });
  expect(machine.files.plan({ client: 'cursor' }, 'default').change).toBe('replace');
});

it('a file that changed since the plan is not written', () => {
  machine.write('.cursor/mcp.json', '{}');
  const { hash } = machine.files.plan({ client: 'cursor' }, 'default');
  machine.write('.cursor/mcp.json', '{ }');
  expect(() => machine.files.connect({ client: 'cursor' }, 'default', hash)).toThrow(
    coded('clients.file_changed'),
  );
  expect(machine.read('.cursor/mcp.json')).toBe('{ }');
});

describe('a file that cannot be changed is told, and left as it is', () => {
  const refused = (code: string) => {
    expect(stateOf('cursor')?.problem).toMatchObject({ code });
    expect(() => machine.files.connect({ client: 'cursor' }, 'default')).toThrow(coded(code));
    expect(existsSync(machine.backupDir)).toBe(false);
  };

  it('broken', () => {
    machine.write('.cursor/mcp.json', '{\n  "mcpServers": {,}\n}');
    refused('clients.file_broken');
    expect(stateOf('cursor')?.problem?.details).toEqual({ line: 2, column: 18 });
  });
  it('no text', () => {
    writeFileSync(machine.write('.cursor/mcp.json', ''), Buffer.from([0x7b, 0xff, 0x7d]));
    refused('clients.file_unreadable');
  });
  it('a folder', () => {
    mkdirSync(join(machine.home, '.cursor/mcp.json'), { recursive: true });
    refused('clients.file_unreadable');
  });
  it('read-only', () => {
    chmodSync(machine.write('.cursor/mcp.json', '{}'), 0o444);
    refused('clients.file_read_only');
    expect(stateOf('cursor')?.entry).toBe('absent');
  });
  it('in a read-only folder', () => {
    mkdirSync(join(machine.home, '.cursor'));
    chmodSync(join(machine.home, '.cursor'), 0o555);
    refused('clients.file_read_only');
  });
  it('a link out of the home folder', () => {
    mkdirSync(join(machine.home, '.cursor'));
    writeFileSync(join(machine.dataDir, 'elsewhere.json'), '{}');
    symlinkSync(join(machine.dataDir, 'elsewhere.json'), join(machine.home, '.cursor/mcp.json'));
    refused('clients.file_elsewhere');
  });
  it('a link to nowhere', () => {
    mkdirSync(join(machine.home, '.cursor'));
    symlinkSync('nowhere', join(machine.home, '.cursor/mcp.json'));
    refused('clients.file_unreadable');
  });
});

it('a link within the home folder is followed and stays a link; mode and others’ bytes stay', () => {
  const real = machine.write('dotfiles/cursor.json', '{ "a": 1 }\n');
  chmodSync(real, 0o640);
  mkdirSync(join(machine.home, '.cursor'));
  const link = join(machine.home, '.cursor/mcp.json');
  symlinkSync('../dotfiles/cursor.json', link);
  machine.files.connect({ client: 'cursor' }, 'default');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(real).mode & 0o777).toBe(0o640);
  expect(machine.read('dotfiles/cursor.json')).toContain('toolswarm.mjs');
  machine.files.disconnect({ client: 'cursor' });
  expect(machine.read('dotfiles/cursor.json')).toBe('{ "a": 1 }\n');
});

it('copies are for the owner only, few, and never the one that an undo needs', () => {
  machine.write('.cursor/mcp.json', '{ "first": true }');
  for (let round = 0; round < 30; round += 1) {
    machine.clock.advance(1_000);
    machine.files.connect({ client: 'cursor' }, round % 2 === 0 ? 'a' : 'b');
  }
  const copies = readdirSync(machine.backupDir);
  expect(copies.length).toBeLessThanOrEqual(11);
  for (const copy of copies) expect(statSync(join(machine.backupDir, copy)).mode & 0o777).toBe(0o600);
  expect(machine.files.disconnect({ client: 'cursor' }).outcome).toBe('restored');
  expect(machine.read('.cursor/mcp.json')).toBe('{ "first": true }');
});

it('a project has a file of its own', () => {
  const folder = join(machine.home, 'project');
  const target = { client: 'claude-code', folder } as const;
  expect(machine.files.connect(target, 'default').file).toBe(join(folder, '.mcp.json'));
  expect(() => machine.files.plan({ client: 'claude-desktop', folder }, 'default')).toThrow(
    coded('clients.no_project_file'),
  );
  expect(machine.files.disconnectAll()).toEqual([
    { client: 'claude-code', file: join(folder, '.mcp.json'), outcome: 'restored' },
  ]);
  expect(existsSync(join(folder, '.mcp.json'))).toBe(false);
});

it('all of it is taken out again, and what cannot be is told', () => {
  machine.write('.cursor/mcp.json', '{}');
  machine.write('.codex/config.toml', 'model = "x"\n');
  for (const client of ['cursor', 'codex', 'goose'] as const) machine.files.connect({ client }, 'default');
  machine.write('.cursor/mcp.json', 'broken');
  expect(machine.files.disconnectAll()).toMatchObject([
    { client: 'cursor', outcome: 'failed', problem: { code: 'clients.file_broken' } },
    { client: 'codex', outcome: 'restored' },
    { client: 'goose', outcome: 'restored' },
  ]);
  expect(machine.read('.codex/config.toml')).toBe('model = "x"\n');
});

it('what others keep secret is not in what is shown', () => {
  machine.write(
    '.cursor/mcp.json',
    '{\n  "mcpServers": {\n    "x": {\n      "env": { "API_KEY": "sk-123" }\n    }\n  }\n}',
  );
  const { lines } = machine.files.plan({ client: 'cursor' }, 'default');
  expect(JSON.stringify(lines)).not.toContain('sk-123');
  expect(JSON.stringify(lines)).toContain('•••');
});

it('the packaged Claude Desktop of Windows has a file of its own', () => {
  const env = { LOCALAPPDATA: join(machine.home, 'Local'), APPDATA: join(machine.home, 'Roaming') };
  const windows = createClientMachine('win32', env);
  const file = () => windows.files.detect().find(({ id }) => id === 'claude-desktop')?.file;
  expect(file()).toBe(join(env.APPDATA, 'Claude/claude_desktop_config.json'));
  const packaged = machine.write(
    'Local/Packages/Claude_pzs8/LocalCache/Roaming/Claude/claude_desktop_config.json',
    '{}',
  );
  expect(file()).toBe(packaged);
  windows.remove();
});

it('what to write by hand is there for every client, and is what it would read', () => {
  for (const { id } of clientApps) {
    const { stdio, http } = machine.files.manual({ client: id }, 'work');
    expect(stdio).toContain('toolswarm.mjs');
    expect(stdio).toContain('work');
    if (id === 'claude-desktop') expect(http).toBeUndefined();
    else expect(http).toContain('http://127.0.0.1:7420/mcp/work');
  }
});

it('a file that an environment variable pointed at is found again without the variable', () => {
  const elsewhere = createClientMachine('linux', { CODEX_HOME: join(machine.home, 'elsewhere') });
  mkdirSync(join(machine.home, 'elsewhere'));
  const { file } = elsewhere.files.connect({ client: 'codex' }, 'default');
  expect(file).toBe(join(machine.home, 'elsewhere/config.toml'));
  const later = elsewhere.installedAt('/opt/toolswarm/bin/toolswarm.mjs', 'linux', {});
  expect(later.disconnectAll()).toEqual([{ client: 'codex', file, outcome: 'restored' }]);
  elsewhere.remove();
});
