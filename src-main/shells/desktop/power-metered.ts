/** Whether the machine's way to the internet is paid by volume, as far as the system says so. */
import { type BusTool, numberOnSystemBus, runBusTool } from './system-bus.ts';

/** NetworkManager's NMMetered: 1 yes, 2 no, 3 guessed yes, 4 guessed no, 0 unknown. */
const METERED: Readonly<Record<number, boolean>> = { 1: true, 2: false, 3: true, 4: false };

/** `Windows.Networking.Connectivity`: any cost other than none counts. */
const WINDOWS_SCRIPT = `
[void][Windows.Networking.Connectivity.NetworkInformation,Windows.Networking.Connectivity,ContentType=WindowsRuntime]
$profile = [Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile()
if ($profile) { $profile.GetConnectionCost().NetworkCostType }
`;
/** `Unknown` says nothing. */
const WINDOWS_COSTS: Readonly<Record<string, boolean>> = { Unrestricted: false, Fixed: true, Variable: true };

/** `undefined` where the system does not say: macOS offers no such answer to programs. */
export async function readMetered(
  platform: NodeJS.Platform,
  run: BusTool = runBusTool,
): Promise<boolean | undefined> {
  if (platform === 'linux') return METERED[(await networkManagerMetered(run)) ?? 0];
  if (platform === 'win32') return WINDOWS_COSTS[await windowsCost(run)];
  return undefined;
}

const networkManagerMetered = (run: BusTool) =>
  numberOnSystemBus(
    {
      service: 'org.freedesktop.NetworkManager',
      path: '/org/freedesktop/NetworkManager',
      face: 'org.freedesktop.NetworkManager',
      property: 'Metered',
    },
    run,
  );

async function windowsCost(run: BusTool): Promise<string> {
  try {
    return (
      await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', WINDOWS_SCRIPT])
    ).trim();
  } catch {
    return ''; // a system without PowerShell or without that interface says nothing
  }
}
