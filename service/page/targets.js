// Targets: commas part what is typed, proposals go with the text that they are for, and the board's are changed on it.
(() => {
  // What was typed, one by one; a name that was offered may hold a comma.
  function separated(typed, offered) {
    const known = new Set(offered);
    const parts = typed.flatMap((one) => (known.has(one.trim()) ? [one] : one.split(",")));
    return [...new Set(parts.map((part) => part.trim()).filter(Boolean))];
  }

  const chips = (names) => ({ __type__: "update", choices: names.map((name) => [name, name]), value: names });

  // The field's chips, where commas stand in them; nothing changes where none do.
  function split(typed, offered) {
    const names = separated(typed ?? [], JSON.parse(offered || "[]"));
    return names.length === (typed ?? []).length ? { __type__: "update" } : chips(names);
  }

  const names = (board) => [...board.querySelectorAll("th[data-name]")].map((head) => head.dataset.name);

  let hasAsked = false;

  // Hands the board's new targets to what listens on it.
  function ask(part, targets) {
    hasAsked = true;
    part.closest("#ns-board").dispatchEvent(new CustomEvent("ns-targets", { detail: targets }));
  }

  // The name becomes a field: Enter takes what it holds, Esc and leaving it do not.
  function rename(button) {
    const head = button.closest("th");
    const field = document.createElement("input");
    field.className = "ns-add";
    field.value = head.dataset.name;
    field.setAttribute("list", "ns-suggested");
    field.setAttribute("aria-label", `The target ${head.dataset.name}, changed`);
    const before = [...head.childNodes];
    const restore = () => field.isConnected && head.replaceChildren(...before);
    head.replaceChildren(field);
    field.focus();
    field.select();
    field.addEventListener("blur", () => setTimeout(restore)); // it may be on its way out already
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      restore();
      button.focus();
    });
  }

  // Whoever has changed a target goes on from there on the new board.
  function goOn(board) {
    if (hasAsked) board.querySelector(".ns-add")?.focus({ preventScroll: true });
    hasAsked = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".ns-rename, .ns-drop");
    if (!button) return;
    const dropped = button.closest("th").dataset.name;
    if (button.matches(".ns-rename")) rename(button);
    else ask(button, names(button.closest("#ns-board")).filter((name) => name !== dropped));
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("#ns-board .ns-add");
    if (!field || event.key !== "Enter" || !field.value.trim()) return;
    const board = field.closest("#ns-board");
    const changed = field.closest("th")?.dataset.name;
    const all = names(board);
    const given = separated([field.value], [...board.querySelectorAll("datalist option")].map((option) => option.value));
    const wanted = changed === undefined ? [...all, ...given] : all.flatMap((name) => (name === changed ? given : [name]));
    ask(field, [...new Set(wanted)]);
    if (changed === undefined) field.value = "";
  });

  // A target that was typed becomes a chip once its field is left. Whatever is about to be clicked stays where it is.
  document.addEventListener(
    "pointerdown",
    () => {
      const field = document.activeElement?.closest?.(".ns-targets");
      if (!field || !document.activeElement.value) return;
      field.style.height = `${field.offsetHeight}px`;
      const release = () => setTimeout(() => (field.style.height = ""), 100);
      document.addEventListener("pointerup", release, { once: true });
    },
    true,
  );

  Object.assign(newstance, { chips, split, goOn, boardTargets: () => names(document.getElementById("ns-board")) });
})();
