/** How this window looks and speaks, and the node's settings. */
export { SettingsPage } from './page.tsx';
