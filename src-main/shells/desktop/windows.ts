/** The windows as the rest of the application sees them. */
export interface Windows {
  /** Shows the main window: the present one, or a new one where it was closed. `route` is a page such as `/servers`. */
  show(route?: string): void;
  /** Opens another window. */
  open(): void;
  /** How many are open. */
  count(): number;
  /** Calls `listener` when the last window was closed while the application goes on. */
  onAllClosed(listener: () => void): () => void;
}
