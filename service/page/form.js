// The article's form: it is kept over a reload, filled by samples and links, and copied as a link.
(() => {
  const KEPT = "newstance-form";
  const FIELDS = [
    "url", "title", "text", "source", "date", "topic", "targets", "profile", "sentences", "threshold", "origin"
  ];
  const IN_LINK = ["topic", "profile", "sentences", "threshold"];
  let listening = false; // before the form is restored, its empty fields must not be kept

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
      found.text = await newstance.unpacked(hash.get("text")).catch(() => "");
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
    newstance.look();
    const usual = named(shown);
    let found = await linked();
    if (!found) {
      try {
        found = JSON.parse(newstance.store(sessionStorage, KEPT)) ?? {};
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

  // Values in the order of the page's inputs, by their names.
  const named = (values) => Object.fromEntries(FIELDS.map((name, i) => [name, values[i]]));

  // A form in the order of the page's inputs; free targets are choices of their own.
  function shaped(form) {
    const targets = Array.isArray(form.targets) ? form.targets.map(String) : [];
    return FIELDS.map((name) => (name === "targets" ? newstance.chips(targets) : form[name]));
  }

  // The form with some fields filled; the others stay.
  function fill(filled, ...shown) {
    return shaped({ ...named(shown), ...filled });
  }

  function keep(...values) {
    newstance.check(...values);
    if (listening) newstance.store(sessionStorage, KEPT, JSON.stringify(named(values)));
  }

  function forget() {
    newstance.none();
    newstance.store(sessionStorage, KEPT, null);
  }

  // Copies a link that restores the form; says what is in it.
  async function link(usual, ...values) {
    const form = named(values);
    const query = new URLSearchParams();
    // Another profile has its own usual threshold, so it is named with it.
    const isUsual = (name) => form[name] === usual[name] && (name !== "threshold" || form.profile === usual.profile);
    for (const name of IN_LINK) if (form[name] && !isUsual(name)) query.set(name, form[name]);
    for (const target of form.targets ?? []) query.append("target", target);
    let hash = "";
    let said = "";
    const isFetched = form.url && form.origin === form.url;
    if (form.source?.startsWith("sample:")) {
      query.set("sample", form.source.slice("sample:".length));
      said = "It names the sample and the settings.";
    } else if (isFetched || (form.url && !form.text)) {
      query.set("url", form.url);
      said = "It names the web address and the settings; who opens it presses Fetch.";
    } else if (form.text) {
      hash = `#title=${encodeURIComponent(form.title ?? "")}&text=${await newstance.packed(form.text)}`;
      if (hash.length > newstance.LONGEST_LINK) {
        hash = "";
        said = "The text is too long for a link, so it holds the settings only.";
      } else {
        said = "It holds the text itself: who has the link can read it. It is sent to no server on the way.";
      }
    } else {
      said = "It holds the settings only, as there is no article yet.";
    }
    const address = `${location.origin}${location.pathname}${query.size ? `?${query}` : ""}${hash}`;
    const copied = await newstance.copy(address);
    return newstance.said(`${copied ? "Link copied." : "The link could not be copied."} ${said}`);
  }

  Object.assign(newstance, { named, restore, fill, keep, forget, link });
})();
