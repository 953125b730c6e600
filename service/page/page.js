// What the page does in the browser alone: keep the form over a reload, links that restore it, copying,
// folding the board, leading to what a click has brought, and the look. Nothing here sends anything anywhere.
window.newstance = (() => {
  const KEPT = "newstance-form";
  const LOOK = "newstance-look";
  const FIELDS = ["url", "title", "text", "source", "date", "topic", "targets", "profile", "sentences", "threshold"];
  const IN_LINK = ["topic", "profile", "sentences", "threshold"];
  const LONGEST_LINK = 30000; // characters; longer ones are cut by mail programs and chats
  const LONGEST_TEXT = 2000000; // characters, unpacked; a link from somebody else may hold anything
  let listening = false; // before the form is restored, its empty fields must not be kept

  const store = (area, key, value) => {
    try {
      if (value === undefined) return area.getItem(key);
      if (value === null) area.removeItem(key);
      else area.setItem(key, value);
    } catch {
      // Storage is full or forbidden: the page works without it.
    }
    return null;
  };

  async function packed(text) {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  async function unpacked(code) {
    const binary = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += value;
      if (text.length > LONGEST_TEXT) {
        reader.cancel();
        return "";
      }
    }
  }

  // The form as a link has it; null if the address is no such link.
  async function linked() {
    const query = new URLSearchParams(location.search);
    const hash = new URLSearchParams(location.hash.slice(1));
    const found = {};
    for (const name of IN_LINK) if (query.has(name)) found[name] = query.get(name);
    if (query.has("target")) found.targets = query.getAll("target");
    if (query.has("sample")) found.source = `sample:${query.get("sample")}`;
    if (query.has("url")) found.url = query.get("url");
    if (hash.has("text")) {
      found.text = await unpacked(hash.get("text")).catch(() => "");
      found.title = hash.get("title") ?? "";
    }
    if (!Object.keys(found).length) return null;
    // From here on a reload keeps what is typed, so the link must not win a second time.
    for (const name of [...IN_LINK, "target", "sample", "url"]) query.delete(name);
    const rest = query.size ? `?${query}` : "";
    history.replaceState(null, "", location.pathname + rest);
    return found;
  }

  const inRange = (value, [low, high], usual) =>
    Number.isFinite(Number(value)) && Number(value) >= low && Number(value) <= high ? Number(value) : usual;

  // What the form shall show: from a link, else what this tab has kept, else as it is.
  async function restore(allowed, ...shown) {
    const look = store(localStorage, LOOK);
    if (look) show(look);
    const usual = Object.fromEntries(FIELDS.map((name, i) => [name, shown[i]]));
    let found = await linked();
    if (!found) {
      try {
        found = JSON.parse(store(sessionStorage, KEPT)) ?? {};
      } catch {
        found = {};
      }
    }
    const form = { ...usual, ...found };
    const sample = allowed.samples[form.source?.replace("sample:", "")];
    if (sample && !form.text) Object.assign(form, { title: sample.title, text: sample.text });
    if (!allowed.topics.includes(form.topic)) form.topic = usual.topic;
    if (!allowed.profiles.includes(form.profile)) form.profile = usual.profile;
    form.sentences = inRange(form.sentences, allowed.sentences, usual.sentences);
    form.threshold = inRange(form.threshold, allowed.threshold, usual.threshold);
    setTimeout(() => (listening = true), 0);
    return shaped(form);
  }

  // A form in the order of the page's inputs; free targets are choices of their own.
  function shaped(form) {
    const targets = Array.isArray(form.targets) ? form.targets.map(String) : [];
    const chips = { __type__: "update", choices: targets.map((name) => [name, name]), value: targets };
    return FIELDS.map((name) => (name === "targets" ? chips : form[name]));
  }

  // The form with some fields filled; the others stay.
  function fill(filled, ...shown) {
    return shaped({ ...Object.fromEntries(FIELDS.map((name, i) => [name, shown[i]])), ...filled });
  }

  function keep(...values) {
    if (!listening) return;
    const form = Object.fromEntries(FIELDS.map((name, i) => [name, values[i]]));
    store(sessionStorage, KEPT, JSON.stringify(form));
  }

  function forget() {
    store(sessionStorage, KEPT, null);
  }

  // Copies a link that restores the form; says what is in it.
  async function link(usual, ...values) {
    const form = Object.fromEntries(FIELDS.map((name, i) => [name, values[i]]));
    const query = new URLSearchParams();
    // Another profile has its own usual threshold, so it is named with it.
    const isUsual = (name) => form[name] === usual[name] && (name !== "threshold" || form.profile === usual.profile);
    for (const name of IN_LINK) if (form[name] && !isUsual(name)) query.set(name, form[name]);
    for (const target of form.targets ?? []) query.append("target", target);
    let hash = "";
    let said = "";
    const isFetched = form.url && form.source === form.url;
    if (form.source?.startsWith("sample:")) {
      query.set("sample", form.source.slice("sample:".length));
      said = "It names the sample and the settings.";
    } else if (isFetched || (form.url && !form.text)) {
      query.set("url", form.url);
      said = "It names the web address and the settings; who opens it presses Fetch.";
    } else if (form.text) {
      hash = `#title=${encodeURIComponent(form.title ?? "")}&text=${await packed(form.text)}`;
      if (hash.length > LONGEST_LINK) {
        hash = "";
        said = "The text is too long for a link, so it holds the settings only.";
      } else {
        said = "It holds the text itself: who has the link can read it. It is sent to no server on the way.";
      }
    } else {
      said = "It holds the settings only, as there is no article yet.";
    }
    const address = `${location.origin}${location.pathname}${query.size ? `?${query}` : ""}${hash}`;
    const copied = await copy(address);
    return `<p class="ns-hint" role="status">${copied ? "Link copied." : "The link could not be copied."} ${said}</p>`;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Browsers keep the clipboard from pages that come over plain http from another machine; the old way works.
      const area = document.createElement("textarea");
      area.value = text;
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.append(area);
      area.select();
      const copied = document.execCommand("copy");
      area.remove();
      return copied;
    }
  }

  async function onCopy(button) {
    const words = button.dataset.words ?? button.textContent;
    button.dataset.words = words;
    button.textContent = (await copy(button.dataset.copy)) ? "Copied" : "Copying failed";
    setTimeout(() => (button.textContent = words), 1500);
  }

  function unfold(button, open) {
    button.closest("#ns-board").classList.toggle("ns-open", open);
    button.setAttribute("aria-expanded", open);
    button.textContent = open ? button.dataset.less : button.dataset.more;
  }

  // Scrolls to a part of the page, by its id, unless its beginning can be seen already.
  function lead(id) {
    const part = document.getElementById(id);
    const top = part?.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight * 0.6) part.scrollIntoView({ behavior: "smooth", block: "start" });
  }

  function show(look) {
    document.body.classList.toggle("dark", look === "dark");
    // Gradio's own page fixes these two by the system's setting.
    document.body.style.background = "var(--body-background-fill)";
    document.body.style.color = "var(--body-text-color)";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".ns-copy, .ns-unfold, .ns-look");
    if (!button) return;
    if (button.matches(".ns-copy")) onCopy(button);
    else if (button.matches(".ns-unfold")) unfold(button, button.getAttribute("aria-expanded") !== "true");
    else {
      const look = document.body.classList.contains("dark") ? "light" : "dark";
      store(localStorage, LOOK, look);
      show(look);
    }
  });

  return { restore, fill, keep, forget, link, unfold, lead };
})();
