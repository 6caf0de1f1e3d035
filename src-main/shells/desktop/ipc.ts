/** The one way in for pages: a port to the node or to this program, for pages of our own and nobody else. */
import { type IpcMain, type IpcMainEvent, type MessagePortMain, type WebContents } from 'electron';
import { CONNECT, desktopTargets } from '#shared/features/desktop/bridge.ts';
import {
  DESKTOP_CONTRACT_VERSION,
  type DesktopHandlers,
  desktopContract,
} from '#shared/features/desktop/contract.ts';
import {
  MAX_REQUEST_LENGTH,
  type MessagePortLike,
  channelInParts,
  channelOverMessagePort,
  serve,
} from '#shared/kernel/rpc/index.ts';
import type { Log } from '#main/platform/log.ts';
import type { DesktopHost } from './node-host.ts';
import { isOwnPage } from './origin.ts';

export interface PagePortsDeps {
  ipcMain: IpcMain;
  host: Pick<DesktopHost, 'connectWindow'>;
  /** Whether a page is shown in one of the windows. */
  isShown: (contents: WebContents) => boolean;
  handlers: DesktopHandlers;
  log: Log;
}

/** Lines that one page may have open; a page needs two, and more for a moment while it is loaded anew. */
const MAX_PORTS = 8;

export function servePages({ ipcMain, host, isShown, handlers, log }: PagePortsDeps): void {
  const portsOf = new Map<WebContents, Set<MessagePortMain>>();
  ipcMain.on(CONNECT, (event, target: unknown) => {
    const [port, ...others] = event.ports;
    if (!port || others.length > 0 || !isOwnSender(event) || !isShown(event.sender))
      return refuse(event, 'a stranger asked for a line');
    if (portsFor(event.sender).size >= MAX_PORTS) return refuse(event, 'a page asked for too many lines');
    const known = desktopTargets.find((name) => name === target);
    if (!known) return refuse(event, 'a page asked for a line to nowhere');
    hold(event.sender, port);
    if (known === 'node') host.connectWindow(port);
    else serveDesktop(port);
  });

  function serveDesktop(port: MessagePortLike): void {
    const channel = channelInParts(channelOverMessagePort(port), { maxLength: MAX_REQUEST_LENGTH });
    serve(desktopContract, handlers, channel, {
      version: DESKTOP_CONTRACT_VERSION,
      onFault: (error, method) => log.error({ err: error, method }, 'a call of a page failed unexpectedly'),
    });
  }

  function refuse({ ports, senderFrame }: IpcMainEvent, why: string): void {
    log.warn({ url: senderFrame?.url.slice(0, 200) }, why);
    for (const port of ports) port.close();
  }

  function hold(sender: WebContents, port: MessagePortMain): void {
    const ports = portsFor(sender);
    ports.add(port);
    port.once('close', () => ports.delete(port));
  }

  /** A page's lines end with it: when it is destroyed, loaded anew, or its process dies. */
  function portsFor(sender: WebContents): Set<MessagePortMain> {
    const known = portsOf.get(sender);
    if (known) return known;
    const ports = new Set<MessagePortMain>();
    const closeAll = () => {
      for (const port of [...ports]) port.close();
      ports.clear();
    };
    portsOf.set(sender, ports);
    sender.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) closeAll();
    });
    sender.on('render-process-gone', closeAll);
    sender.once('destroyed', () => {
      closeAll();
      portsOf.delete(sender);
    });
    return ports;
  }
}

/** The main frame of a page of ours, as Chromium says, not as the message does. */
const isOwnSender = ({ sender, senderFrame }: IpcMainEvent): boolean =>
  senderFrame !== null && senderFrame === sender.mainFrame && isOwnPage(senderFrame.url);
