// The boards: long ones fold, and the arrow keys go from cell to cell.
(() => {
  function unfold(button, open) {
    button.closest("#ns-board").classList.toggle("ns-open", open);
    button.setAttribute("aria-expanded", open);
    button.textContent = open ? button.dataset.less : button.dataset.more;
  }

  const isSeen = (cell) => cell.getClientRects().length > 0;

  // Left and right in reading order; up and down in the same column.
  function neighbour(cell, key) {
    const cells = [...cell.closest("table").querySelectorAll(".ns-cell")].filter(isSeen);
    const at = cells.indexOf(cell);
    if (key === "ArrowLeft") return cells[at - 1];
    if (key === "ArrowRight") return cells[at + 1];
    const column = cell.closest("td").dataset.target;
    const row = cell.closest("tr");
    const others = cells.filter((one) => one.closest("td").dataset.target === column && one.closest("tr") !== row);
    const isAbove = (one) => Boolean(row.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING);
    if (key === "ArrowUp") return others.filter(isAbove).at(-1);
    return key === "ArrowDown" ? others.find((one) => !isAbove(one)) : undefined;
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(".ns-board .ns-cell");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const next = neighbour(cell, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (newstance.openDrawer()) next.click(); // its evidence follows
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".ns-unfold");
    if (button) unfold(button, button.getAttribute("aria-expanded") !== "true");
  });

  Object.assign(newstance, { unfold });
})();
