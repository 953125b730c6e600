// Light or dark: what the reader has chosen stays.
(() => {
  const LOOK = "newstance-look";

  function show(look) {
    document.body.classList.toggle("dark", look === "dark");
    // Gradio's own page fixes these two by the system's setting.
    document.body.style.background = "var(--body-background-fill)";
    document.body.style.color = "var(--body-text-color)";
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".ns-look")) return;
    const look = document.body.classList.contains("dark") ? "light" : "dark";
    newstance.store(localStorage, LOOK, look);
    show(look);
  });

  newstance.look = () => {
    const look = newstance.store(localStorage, LOOK);
    if (look) show(look);
  };
})();
