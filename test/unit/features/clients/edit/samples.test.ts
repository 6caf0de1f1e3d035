/** Files as people have them, before and after: the change is exactly what a careful person would write. */
import { expect, it } from 'vitest';
import { clientApp, type ClientAppId } from '#shared/features/clients/apps.ts';
import { stdioEntry } from '#shared/features/clients/entry.ts';
import { withEntry, withoutEntry } from '#main/features/clients/edit/index.ts';

const start = {
  command: '/opt/node',
  args: ['/opt/toolswarm/bin/toolswarm.mjs', 'mcp', '--data-dir', '/data'],
};
const connected = (id: ClientAppId, text: string): string =>
  withEntry(text, clientApp(id), stdioEntry(clientApp(id).shape, start));

it('Claude Desktop: another server, four spaces, no last line end', () => {
  const before = `{
    "mcpServers": {
        "files": {
            "command": "npx",
            "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/sam"]
        }
    },
    "globalShortcut": "Ctrl+Space"
}`;
  const after = connected('claude-desktop', before);
  expect(after).toMatchInlineSnapshot(`
    "{
        "mcpServers": {
            "files": {
                "command": "npx",
                "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/sam"]
            },
            "toolswarm": {
                "command": "/opt/node",
                "args": [
                    "/opt/toolswarm/bin/toolswarm.mjs",
                    "mcp",
                    "--data-dir",
                    "/data"
                ]
            }
        },
        "globalShortcut": "Ctrl+Space"
    }"
  `);
  expect(withoutEntry(after, clientApp('claude-desktop'))).toBe(before);
});

it('Zed: comments and trailing commas', () => {
  const before = `// Zed settings
{
  "theme": "One Dark", // the dark one
  "context_servers": {
    /* kept for later */
    "db": { "command": "db-mcp", "args": [] }, // trailing comma
    // nothing below
  },
  "vim_mode": false,
}
`;
  const after = connected('zed', before);
  expect(after).toMatchInlineSnapshot(`
    "// Zed settings
    {
      "theme": "One Dark", // the dark one
      "context_servers": {
        /* kept for later */
        "db": { "command": "db-mcp", "args": [] }, // trailing comma
        // nothing below
        "toolswarm": {
          "command": "/opt/node",
          "args": [
            "/opt/toolswarm/bin/toolswarm.mjs",
            "mcp",
            "--data-dir",
            "/data"
          ]
        },
      },
      "vim_mode": false,
    }
    "
  `);
  expect(withoutEntry(after, clientApp('zed'))).toBe(before);
});

it('VS Code: Windows line ends, tabs, a byte order mark, nothing there yet', () => {
  const before = '\uFEFF{\r\n\t"inputs": [],\r\n\t"servers": {}\r\n}\r\n';
  const after = connected('vscode', before);
  expect(JSON.stringify(after)).toMatchInlineSnapshot(
    `""﻿{\\r\\n\\t\\"inputs\\": [],\\r\\n\\t\\"servers\\": {\\r\\n\\t\\t\\"toolswarm\\": {\\r\\n\\t\\t\\t\\"type\\": \\"stdio\\",\\r\\n\\t\\t\\t\\"command\\": \\"/opt/node\\",\\r\\n\\t\\t\\t\\"args\\": [\\r\\n\\t\\t\\t\\t\\"/opt/toolswarm/bin/toolswarm.mjs\\",\\r\\n\\t\\t\\t\\t\\"mcp\\",\\r\\n\\t\\t\\t\\t\\"--data-dir\\",\\r\\n\\t\\t\\t\\t\\"/data\\"\\r\\n\\t\\t\\t]\\r\\n\\t\\t}\\r\\n\\t}\\r\\n}\\r\\n""`,
  );
});

it('a file in one line stays in one line', () => {
  const before = '{"numStartups":41,"mcpServers":{"a":{"command":"b"}},"tips":{"x":1}}';
  const after = connected('claude-code', before);
  expect(after).toMatchInlineSnapshot(
    `"{"numStartups":41,"mcpServers":{"a":{"command":"b"},"toolswarm":{"type":"stdio","command":"/opt/node","args":["/opt/toolswarm/bin/toolswarm.mjs","mcp","--data-dir","/data"]}},"tips":{"x":1}}"`,
  );
  expect(withoutEntry(after, clientApp('claude-code'))).toBe(before);
});

it('Codex: tables, comments and strings that look like tables', () => {
  const before = `model = "o5" # the model
notes = """
[mcp_servers.toolswarm]
"""

[mcp_servers.docs]
command = "docs"
args = [
  "[not a table]",
]

# projects follow
[projects."/home/sam/work"]
trust_level = "trusted"
`;
  const after = connected('codex', before);
  expect(after).toMatchInlineSnapshot(`
    "model = "o5" # the model
    notes = """
    [mcp_servers.toolswarm]
    """

    [mcp_servers.docs]
    command = "docs"
    args = [
      "[not a table]",
    ]

    # projects follow
    [projects."/home/sam/work"]
    trust_level = "trusted"

    [mcp_servers.toolswarm]
    command = "/opt/node"
    args = [ "/opt/toolswarm/bin/toolswarm.mjs", "mcp", "--data-dir", "/data" ]
    "
  `);
  expect(withoutEntry(after, clientApp('codex'))).toBe(before);
});

it('Codex: our table in the middle is replaced where it stands, and what leads over to the next stays', () => {
  const before = `[mcp_servers.toolswarm]
command = "old"
args = []

[mcp_servers.toolswarm.env]
A = "b"

# projects follow
[projects."/home/sam/work"]
trust_level = "trusted"
`;
  expect(connected('codex', before)).toMatchInlineSnapshot(`
    "[mcp_servers.toolswarm]
    command = "/opt/node"
    args = [ "/opt/toolswarm/bin/toolswarm.mjs", "mcp", "--data-dir", "/data" ]

    # projects follow
    [projects."/home/sam/work"]
    trust_level = "trusted"
    "
  `);
  expect(withoutEntry(before, clientApp('codex'))).toMatchInlineSnapshot(`
    "# projects follow
    [projects."/home/sam/work"]
    trust_level = "trusted"
    "
  `);
});

it('Goose: extensions among comments and a literal text', () => {
  const before = `GOOSE_PROVIDER: openai   # paid by work
extensions:
  developer:
    bundled: true
    enabled: true
    name: developer
    type: builtin
  # mine
  notes:
    enabled: false
    type: stdio
    cmd: "notes"
    args: ['--quiet', "--now"]
    description: |
      Keeps notes.

GOOSE_MODEL: gpt-x
`;
  const after = connected('goose', before);
  expect(after).toMatchInlineSnapshot(`
    "GOOSE_PROVIDER: openai   # paid by work
    extensions:
      developer:
        bundled: true
        enabled: true
        name: developer
        type: builtin
      # mine
      notes:
        enabled: false
        type: stdio
        cmd: "notes"
        args: ['--quiet', "--now"]
        description: |
          Keeps notes.
      toolswarm:
        enabled: true
        type: stdio
        name: toolswarm
        description: Toolswarm
        cmd: /opt/node
        args:
          - /opt/toolswarm/bin/toolswarm.mjs
          - mcp
          - --data-dir
          - /data
        timeout: 300

    GOOSE_MODEL: gpt-x
    "
  `);
  expect(withoutEntry(after, clientApp('goose'))).toBe(before);
});

it('Continue: servers are a list', () => {
  const before = `name: Local Assistant
version: 1.0.0
schema: v1
mcpServers:
  - name: SQLite MCP
    command: npx
    args:
      - -y
      - mcp-sqlite # the database
context:
  - provider: code
`;
  const after = connected('continue', before);
  expect(after).toMatchInlineSnapshot(`
    "name: Local Assistant
    version: 1.0.0
    schema: v1
    mcpServers:
      - name: SQLite MCP
        command: npx
        args:
          - -y
          - mcp-sqlite # the database
      - name: toolswarm
        type: stdio
        command: /opt/node
        args:
          - /opt/toolswarm/bin/toolswarm.mjs
          - mcp
          - --data-dir
          - /data
    context:
      - provider: code
    "
  `);
  expect(withoutEntry(after, clientApp('continue'))).toBe(before);
});

it.each(['claude-desktop', 'codex', 'goose', 'continue', 'opencode'] as const)('%s: an empty file', (id) => {
  expect(connected(id, '')).toMatchSnapshot();
});

it('a broken file is told with its place', () => {
  const place = clientApp('claude-desktop');
  expect(() => withEntry('{\n  "mcpServers": {\n    "a": 1,\n  }\n}', place, {})).toThrow('line 4, column 3');
  expect(() => withEntry('a = [', clientApp('codex'), {})).toThrow('line 1');
  expect(() => withEntry('a: [1\nb: 2', clientApp('goose'), {})).toThrow('breaks off at line');
});

it.each([
  ['{"mcpServers": []}', 'claude-desktop'],
  ['[]', 'claude-desktop'],
  ['{"mcpServers": {}, "mcpServers": {"a": {}}}', 'claude-desktop'],
  ['mcp_servers = { a = { command = "b" } }', 'codex'],
  ['- a', 'goose'],
] as const)('what cannot be changed safely is left alone: %s', (text, id) => {
  expect(() => connected(id, text)).toThrow('cannot be changed safely');
});
