// Files of the dashboard itself, by their place in this folder: their addresses carry its version.

/** "mark.svg" -> its address. */
export const own = (path) => new URL(`../${path}`, import.meta.url).href;
