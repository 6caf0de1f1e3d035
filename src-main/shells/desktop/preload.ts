/**
 * All that a page can reach of Electron: one function that asks for a line to the node or to the window's program. It
 * runs in a sandbox of its own; what it hands over is a port and nothing else.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { CONNECT, type DesktopBridge, desktopTargets } from '#shared/features/desktop/bridge.ts';

const bridge: DesktopBridge = {
  connect(target, ticket) {
    if (!desktopTargets.includes(target) || typeof ticket !== 'string')
      throw new TypeError('There is no such line.');
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage(CONNECT, target, [port1]);
    window.postMessage({ toolswarm: ticket }, location.origin, [port2]);
  },
};

contextBridge.exposeInMainWorld('toolswarm', bridge);
