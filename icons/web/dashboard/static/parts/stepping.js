// Moving through a grid of cells by the arrow keys.

const WAYS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: (columns) => -columns, ArrowDown: (columns) => columns };

/** For `onKeyDown` of a grid whose children each hold a button: the arrow keys move the focus to a neighbour's. */
export function stepped(event) {
  const way = WAYS[event.key];
  const grid = event.currentTarget;
  const cell = event.target.closest("li");
  if (!way || !cell) return;
  event.preventDefault();
  const cells = [...grid.children].filter((each) => getComputedStyle(each).display !== "none");
  const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  cells[cells.indexOf(cell) + way(columns)]?.querySelector("button")?.focus();
}
