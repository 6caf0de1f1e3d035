/** The router through which this machine reaches everything else: the only one that is ever asked for a port. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** Both programs answer at once, or something is wrong with them. */
const LIMITS = { timeout: 5_000, maxBuffer: 64 * 1024, windowsHide: true };
const UP_AND_GATEWAY = 0x3;

/** IPv4 of the default gateway; undefined where there is none. */
export async function defaultGateway(platform: string = process.platform): Promise<string | undefined> {
  if (platform === 'linux') return gatewayIn(await readFile('/proc/net/route', 'utf8'));
  const { stdout } = await (platform === 'win32'
    ? execute(
        'powershell.exe',
        [
          '-NoProfile',
          '-NonInteractive',
          '-Command',
          "(Get-NetRoute -DestinationPrefix '0.0.0.0/0' | Sort-Object { $_.RouteMetric + $_.InterfaceMetric } | Select-Object -First 1).NextHop",
        ],
        LIMITS,
      )
    : execute('/sbin/route', ['-n', 'get', 'default'], LIMITS));
  return stdout.split(/\s+/).find((word) => isIPv4(word) && word !== '0.0.0.0');
}

/** From the kernel's table of routes, in which addresses are numbers in the machine's order of bytes. */
export function gatewayIn(table: string): string | undefined {
  const defaults = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, target, , flags = '0', , , , mask]) => {
      const isThroughRouter = (Number.parseInt(flags, 16) & UP_AND_GATEWAY) === UP_AND_GATEWAY;
      return target === '00000000' && mask === '00000000' && isThroughRouter;
    })
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  const hex = defaults[0]?.[2];
  if (hex === undefined || !/^[0-9A-F]{8}$/i.test(hex)) return undefined;
  return [...Buffer.from(hex, 'hex')].reverse().join('.');
}
