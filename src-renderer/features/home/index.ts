/** Home: how the node is, what waits for the operator, and the ways in. */
export { HomePage } from './page.tsx';
