// Results that are of other inputs than the form now holds say so.
(() => {
  const COUNT = ["title", "text", "topic", "profile", "sentences"];
  let ran = null; // the form of the run whose results are shown
  let now = null;

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function begin(...values) {
    ran = now = newstance.named(values);
    show();
  }

  // Targets may have been proposed, or changed on the board, since the run began.
  function isStale() {
    const board = newstance.boardTargets();
    if (!ran || !now || !board.length) return false;
    const targets = now.targets ?? [];
    return COUNT.some((name) => !same(ran[name], now[name])) || !(same(targets, ran.targets ?? []) || same(targets, board));
  }

  function show() {
    const line = document.querySelector("#ns-stale p");
    if (line) line.textContent = isStale() ? line.dataset.words : "";
  }

  // Once the board has changed, too, where both do.
  function check(...values) {
    if (values.length) now = newstance.named(values);
    setTimeout(show, 200);
  }

  // What goes with another text: proposals, which were made from the old one, and what was wrong with that.
  function outdated(quiet, text, targets, proposed) {
    const skip = { __type__: "update" };
    const isOther = ran && proposed && text !== ran.text && same(targets, JSON.parse(proposed));
    const status = document.querySelector("#ns-results .ns-problem") ? quiet : skip;
    return isOther ? [{ ...skip, value: [] }, "", status] : [skip, skip, status];
  }

  function none() {
    ran = null;
    show();
  }

  Object.assign(newstance, { begin, check, outdated, none });
})();
