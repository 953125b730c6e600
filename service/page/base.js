// What the page does in the browser alone. Each file beside this one adds one idea to `newstance`; nothing in them sends
// anything anywhere. This one comes first: storage, copying, packing for links, and leading to a part of the page.
window.newstance = (() => {
  const LONGEST_LINK = 30000; // characters; longer ones are cut by mail programs and chats
  const LONGEST_TEXT = 2000000; // characters, unpacked; a link from somebody else may hold anything

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

  // Scrolls to a part of the page, by its id, unless its beginning can be seen already.
  function lead(id) {
    const part = document.getElementById(id);
    const top = part?.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight * 0.6) part.scrollIntoView({ behavior: "smooth", block: "start" });
  }

  // Gradio leaves a menu's list open when the Tab key leaves the menu.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Tab" && event.target.closest?.('[role="listbox"], [role="combobox"]');
    if (menu) menu.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".ns-copy");
    if (button) onCopy(button);
  });

  // A quiet line, read out by screen readers; the words are ours.
  const said = (words) => `<p class="ns-hint" role="status">${words}</p>`;

  return { LONGEST_LINK, said, store, packed, unpacked, copy, lead };
})();
