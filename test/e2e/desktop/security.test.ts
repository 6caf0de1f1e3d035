/** What a page of the built application cannot do, each tried from within the page. */
import { expect, isRunning, test } from './app.ts';

test('a page has neither Node nor Electron: one function is all', async ({ desktop }) => {
  const page = await desktop.window();
  const found = await page.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
      (name) => name in window,
    ),
    bridge: Object.keys((window as unknown as { toolswarm: object }).toolswarm),
  }));
  expect(found).toEqual({ globals: [], bridge: ['connect'] });
  const preferences = await desktop.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    return contents.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
  });
  expect(preferences['nodeIntegrationInWorker']).toBeFalsy();
});

test('the page cannot change what the bridge is', async ({ desktop }) => {
  const page = await desktop.window();
  const outcome = await page.evaluate(() => {
    const { toolswarm } = window as unknown as {
      toolswarm: { connect: (target: string, ticket: unknown) => void };
    };
    const refused: string[] = [];
    for (const [target, ticket] of [
      ['shell', 'x'],
      ['node', 7],
      ['__proto__', 'x'],
    ] as const)
      try {
        toolswarm.connect(target, ticket);
      } catch (error) {
        refused.push((error as Error).name);
      }
    return refused;
  });
  expect(outcome).toHaveLength(3);
});

test('app:// serves its own files and nothing else, each with its type and the policy', async ({
  desktop,
}) => {
  const page = await desktop.window();
  const answers = await page.evaluate(async () => {
    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(path, { method });
      return [response.status, response.headers.get('content-type') ?? ''] as const;
    };
    const script = [...document.scripts].find(({ src }) => src)?.src ?? '';
    const index = await fetch('/');
    return {
      page: await ask('/'),
      script: await ask(script),
      picture: await ask('/mark.svg'),
      policy: index.headers.get('content-security-policy') ?? '',
      nosniff: index.headers.get('x-content-type-options'),
      write: (await ask('/', 'POST'))[0],
      outside: await Promise.all(
        [
          '/../package.json',
          '/..%2f..%2fpackage.json',
          '/%2e%2e/%2e%2e/package.json',
          '/assets/../../node/cli.js',
          '/assets/..%5c..%5cnode%5ccli.js',
          '/etc/passwd',
          '/index.html%00.svg',
          '/.built',
        ].map(async (path) => (await ask(path))[0]),
      ),
    };
  });
  expect(answers.page).toEqual([200, 'text/html; charset=utf-8']);
  expect(answers.script).toEqual([200, 'text/javascript; charset=utf-8']);
  expect(answers.picture).toEqual([200, 'image/svg+xml']);
  expect(answers.policy).toContain("default-src 'none'");
  expect(answers.policy).not.toContain('unsafe-inline');
  expect(answers.policy).not.toContain('unsafe-eval');
  expect(answers.nosniff).toBe('nosniff');
  expect(answers.write).toBe(405);
  expect(answers.outside).toEqual(answers.outside.map(() => 404));
});

test('another host of app:// and file:// give nothing', async ({ desktop }) => {
  const page = await desktop.window();
  const failed = await page.evaluate(() =>
    Promise.all(
      ['app://example/', 'file:///etc/passwd', 'https://example.org/'].map((url) =>
        fetch(url).then(
          ({ status }) => String(status),
          () => 'refused',
        ),
      ),
    ),
  );
  expect(failed).toEqual(['refused', 'refused', 'refused']);
});

test('inline code and foreign code do not run', async ({ desktop }) => {
  const page = await desktop.window();
  const ran = await page.evaluate(async () => {
    const w = window as unknown as { ran?: string[] };
    w.ran = [];
    const inline = document.createElement('script');
    inline.textContent = 'window.ran.push("inline")';
    document.head.append(inline);
    const foreign = document.createElement('script');
    foreign.src = 'data:text/javascript,window.ran.push("data")';
    document.head.append(foreign);
    const style = document.createElement('style');
    style.textContent = 'body { outline: 3px solid red }';
    document.head.append(style);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { ran: w.ran, outline: getComputedStyle(document.body).outlineWidth };
  });
  expect(ran.ran).toEqual([]);
  expect(ran.outline).not.toBe('3px');
});

test('no permission is given, nor even asked about', async ({ desktop }) => {
  const page = await desktop.window();
  const answers = await page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'given',
      (error: Error) => error.name,
    ),
    location: await new Promise<string>((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('given'),
        ({ code }) => resolve(`refused ${code}`),
      ),
    ),
    state: (await navigator.permissions.query({ name: 'geolocation' })).state,
  }));
  expect(answers.notifications).toBe('denied');
  expect(answers.camera).not.toBe('given');
  expect(answers.location).toBe('refused 1');
  expect(answers.state).toBe('denied');
});

test('the main frame of our page may write to the clipboard, nobody may read it', async ({ desktop }) => {
  const page = await desktop.window();
  // A window without a window manager is in focus only once somebody clicks into it.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: true });
  await page.getByRole('heading', { level: 1 }).first().click();
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true);
  const answers = await page.evaluate(async () => {
    const outcome = (attempt: Promise<unknown> | undefined) =>
      (attempt ?? Promise.reject(new Error('there is none'))).then(
        () => 'given',
        (error: Error) => (/focus/i.test(error.message) ? 'not in focus' : 'refused'),
      );
    const write = await outcome(navigator.clipboard.writeText('copied by the page'));
    const read = await outcome(navigator.clipboard.readText());
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.contentWindow?.focus();
    const inFrame = await outcome(frame.contentWindow?.navigator.clipboard.writeText('copied by a frame'));
    frame.remove();
    return { write, read, inFrame };
  });
  expect(answers).toEqual({ write: 'given', read: 'refused', inFrame: 'refused' });
  expect(await desktop.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe('copied by the page');
});

test('a page cannot be led away', async ({ desktop }) => {
  const page = await desktop.window();
  await isRunning(page);
  for (const target of [
    'https://example.org/',
    'file:///etc/passwd',
    'data:text/html,hello',
    'app://example/',
  ])
    await page.evaluate((url) => {
      location.href = url;
    }, target);
  await page.evaluate(() => {
    const form = document.createElement('form');
    form.action = 'https://example.org/';
    document.body.append(form);
    form.submit();
  });
  const { url, heading } = await desktop.electron.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const script = 'document.querySelector("main h1")?.textContent';
    return { url: contents?.getURL(), heading: (await contents?.executeJavaScript(script)) as unknown };
  });
  expect(url).toMatch(/^app:\/\/toolswarm\//);
  expect(heading).toBeTruthy();
});

test('no window opens from a page; https goes to the system’s browser, the rest nowhere', async ({
  desktop,
}) => {
  const page = await desktop.window();
  await desktop.electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = (url: string) => {
      opened.push(url);
      return Promise.resolve();
    };
  });
  const handles = await page.evaluate(() =>
    [
      'https://example.org/docs',
      'http://example.org/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'app://toolswarm/',
      'https://user@example.org/',
    ].map((url) => window.open(url) === null),
  );
  expect(handles).toEqual([true, true, true, true, true, true]);
  const { opened, windows } = await desktop.electron.evaluate(({ BrowserWindow }) => ({
    opened: (globalThis as unknown as { opened: string[] }).opened,
    windows: BrowserWindow.getAllWindows().length,
  }));
  expect(opened).toEqual(['https://example.org/docs']);
  expect(windows).toBe(1);
});

test('neither a webview nor a frame has a way in', async ({ desktop }) => {
  const page = await desktop.window();
  const found = await page.evaluate(async () => {
    const view = document.createElement('webview') as HTMLElement & { src: string };
    view.setAttribute('src', 'app://toolswarm/');
    document.body.append(view);
    const frame = document.createElement('iframe');
    frame.src = 'app://toolswarm/';
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const inner = (() => {
      try {
        return 'toolswarm' in (frame.contentWindow ?? {});
      } catch {
        return false;
      }
    })();
    const result = { webview: 'loadURL' in view, frame: inner };
    view.remove();
    frame.remove();
    return result;
  });
  expect(found).toEqual({ webview: false, frame: false });
});

test('a page that is not ours is given no line, whatever it sends', async ({ desktop }) => {
  await desktop.window();
  const refused = await desktop.electron.evaluate(async ({ BrowserWindow }) => {
    // A stranger with our preload script: it must be refused for what it is, not for what it lacks.
    const preload = (
      BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): { preload: string };
      }
    ).getLastWebPreferences().preload;
    const stranger = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
    await stranger.loadURL('data:text/html,<title>stranger</title>');
    const answer = stranger.webContents.executeJavaScript(`new Promise((resolve) => {
      addEventListener('message', ({ ports }) => {
        const [port] = ports;
        if (!port) return;
        port.onmessage = ({ data }) => resolve(data === '' ? 'closed' : 'spoken to');
        port.addEventListener('close', () => resolve('closed'));
        port.start();
        port.postMessage('.' + JSON.stringify({ jsonrpc: '2.0', id: 1, method: '$/hello', params: { version: 1 } }));
        setTimeout(() => resolve('silence'), 1000);
      });
      try { toolswarm.connect('desktop', 'x'); } catch (error) { resolve('closed'); }
    })`) as Promise<string>;
    const outcome = await answer;
    stranger.destroy();
    return outcome;
  });
  expect(refused).toBe('closed');
});
