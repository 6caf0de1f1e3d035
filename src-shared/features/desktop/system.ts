/** The part of the desktop's contract that concerns the operating system around it. */
export const desktopSystemContract = {};
