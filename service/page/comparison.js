// A link to a comparison holds its articles behind the "#", which browsers send to no server.
(() => {
  async function linkComparison(packed) {
    if (!packed) return newstance.said("There are no articles here any more, as they are kept for a day; add them again.");
    const hash = `#compare=${await newstance.packed(packed)}`;
    if (hash.length > newstance.LONGEST_LINK) return newstance.said("The articles are too long for a link; download the JSON.");
    const isCopied = await newstance.copy(`${location.origin}${location.pathname}${hash}`);
    return newstance.said(
      `${isCopied ? "Link copied." : "The link could not be copied."} It holds the articles: who has the link can read them.`,
    );
  }

  // What such a link holds; "" if the address is none.
  async function openComparison() {
    const hash = new URLSearchParams(location.hash.slice(1));
    if (!hash.has("compare")) return "";
    const packed = await newstance.unpacked(hash.get("compare")).catch(() => "{}");
    history.replaceState(null, "", location.pathname + location.search);
    [...document.querySelectorAll('#ns-tabs [role="tab"]')].find((tab) => tab.textContent.trim() === "Compare")?.click();
    return packed;
  }

  Object.assign(newstance, { linkComparison, openComparison });
})();
