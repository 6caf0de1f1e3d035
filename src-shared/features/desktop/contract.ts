/**
 * The contract of the window's own program. It is served over a port of its own, beside the node's contract, so that
 * the page can ask for a node while there is none. Nothing of it is reachable from a browser, the command line or HTTP.
 */
import type { ContractClient, Handlers } from '../../kernel/contract.ts';
import { desktopHostContract } from './host.ts';
import { desktopSystemContract } from './system.ts';

export const desktopContract = { ...desktopHostContract, ...desktopSystemContract };

/** Page and program are of one build; the number catches a page that outlived an update. */
export const DESKTOP_CONTRACT_VERSION = 1;

export type DesktopContract = typeof desktopContract;
export type DesktopClient = ContractClient<DesktopContract>;
export type DesktopHandlers = Handlers<DesktopContract>;
