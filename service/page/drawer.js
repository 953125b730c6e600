// The evidence drawer: beside the board where the window is wide, a sheet at its foot where it is narrow. It takes no
// focus when it opens, so that the arrow keys go on from cell to cell. Enter on what has opened it leads into it; Esc
// and its button close it, and the focus goes back.
(() => {
  const OPENERS = "[data-cell], [data-sentence]";
  const WIDE = matchMedia("(min-width: 1024px)"); // as in drawer.css
  let opener = null;
  let isWanted = false; // what has been asked for may come when the reader has closed the drawer

  // The one that is open and can be seen, if any.
  function openDrawer() {
    return [...document.querySelectorAll(".block.ns-beside[data-open]")].find((place) => place.getClientRects().length > 0);
  }

  // Shows what has come into a place, from its beginning; the article at its first passage.
  function open(id) {
    const place = document.getElementById(id);
    if (!isWanted || !place?.querySelector(".ns-drawer")) return;
    place.dataset.open = "";
    lay(place);
    for (const part of place.querySelectorAll(".ns-drawer, .ns-told")) part.scrollTop = 0;
    const article = place.querySelector(".ns-article");
    const first = article?.querySelector("mark");
    if (first) article.scrollTop = first.offsetTop - article.offsetTop - article.clientHeight / 4;
    // Nothing moves, unless the sheet would hide it.
    opener?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Where the window is wide it begins below what stands above the columns, as far as that is in view.
  function lay(place) {
    const top = place.closest(".ns-columns")?.getBoundingClientRect().top ?? 0;
    place.style.setProperty("--top", `${Math.max(0, top)}px`);
  }

  // Presses what shows the open evidence, and nothing else: an edge is drawn as a line and a sign, and stands in a table.
  function press(columns, from) {
    const isSame = (one) =>
      from &&
      one.closest(".block") === from.closest(".block") &&
      one.dataset.cell === from.dataset.cell &&
      one.dataset.article === from.dataset.article;
    for (const one of columns?.querySelectorAll("[aria-pressed]") ?? []) one.setAttribute("aria-pressed", isSame(one));
  }

  function close(place) {
    isWanted = false;
    delete place.dataset.open;
    press(place.closest(".ns-columns"), null);
    // The line of an edge takes no focus, its sign does.
    const sign = `[role="button"][data-cell="${opener?.dataset.cell}"]`;
    const back = opener?.matches("path") ? opener.closest("svg")?.querySelector(sign) : opener;
    back?.focus({ preventScroll: true });
  }

  // Before anything else hears of the click.
  document.addEventListener(
    "click",
    (event) => {
      const from = event.target.closest?.(OPENERS);
      const place = openDrawer();
      if (place && event.target.closest?.(".ns-close")) close(place);
      if (!from) return;
      // A click by keyboard has no detail.
      const isAgain = from === opener && from.getAttribute("aria-pressed") === "true" && event.detail === 0;
      if (place && isAgain) place.querySelector(".ns-drawer").focus();
      opener = from;
      isWanted = true;
      press(from.closest(".ns-columns"), from);
    },
    true,
  );

  document.addEventListener("keydown", (event) => {
    // What is drawn is no button to the browser.
    const drawn = event.target.closest?.('[role="button"][data-cell]');
    if (drawn && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      drawn.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
    const place = event.key === "Escape" ? openDrawer() : undefined;
    const isTyping = event.target.matches?.("input, textarea") && !place?.contains(event.target);
    if (!place || isTyping) return;
    event.preventDefault();
    close(place);
  });

  document.addEventListener("scroll", () => WIDE.matches && openDrawer() && lay(openDrawer()), { passive: true });
  addEventListener("resize", () => openDrawer() && lay(openDrawer()));

  Object.assign(newstance, { openDrawer, open });
})();
