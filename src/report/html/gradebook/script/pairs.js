// Whose work is alike, and a pair side by side. A person looks; nothing follows by itself.

const alike = DATA.likeness;
const percent = (part) => `${part.toFixed(part < 10 ? 1 : 0)} %`;

// A link to a submission, by its key.
function linkTo(key) {
  const entry = ENTRY_OF.get(key);
  return entry === undefined ? element("span", {}, key) : element("a", { href: hrefOf(key) }, nameOf(entry) ? `${nameOf(entry)} (${key})` : key);
}

function listed(keys, more) {
  const links = keys.flatMap((key, nth) => [nth ? ", " : "", linkTo(key)]);
  return more > 0 ? [...links, `, and ${grouped(more)} more`] : links;
}

function buildAlike() {
  const place = $("alike");
  if (!alike) {
    place.append(element("p", { class: "empty" }, "The submissions were not compared."));
    return;
  }
  place.append(element("p", { class: "hint" }, "Common runs of tokens, whatever names and numbers are; what is in the starter, or what very many have, counts for nobody. Something to look at, never a penalty."));
  if (alike.pairs.length) {
    place.append(sortedTable("Pairs of submissions with much in common", [
      { title: "Pair", by: (pair) => pair.nth, cell: (pair) => element("a", { href: `#pair/${pair.nth + 1}` }, `side by side, ${pair.nth + 1}`) },
      { title: "One", by: (pair) => pair.left, cell: (pair) => linkTo(pair.left) },
      { title: "One’s part", by: (pair) => pair.left_part, cell: (pair) => percent(pair.left_part), isNumber: true },
      { title: "Other", by: (pair) => pair.right, cell: (pair) => linkTo(pair.right) },
      { title: "Other’s part", by: (pair) => pair.right_part, cell: (pair) => percent(pair.right_part), isNumber: true },
      { title: "Tokens", by: (pair) => pair.tokens, cell: (pair) => grouped(pair.tokens), isNumber: true },
      { title: "Passages", by: (pair) => pair.regions.length + pair.more, isNumber: true },
    ], alike.pairs.map((pair, nth) => ({ ...pair, nth }))));
  } else place.append(element("p", {}, "No two have much in common."));
  if (alike.more) place.append(element("p", { class: "note" }, `${plural(alike.more, "more pair")}, less alike, are in the list of pairs only.`));
  if (alike.identical.length) {
    place.append(element("h3", {}, "The same, token by token"), element("ul", {}, ...alike.identical.map(([count, keys]) => element("li", {}, ...listed(keys, count - keys.length)))));
    if (alike.more_identical) place.append(element("p", { class: "note" }, `… and ${plural(alike.more_identical, "more group")}.`));
  }
  if (alike.too_short.length) place.append(element("h3", {}, "Too short to compare"), element("p", {}, ...listed(alike.too_short, alike.more_too_short)));
}

// What is alike with a submission, for its page.
function alikeOf(key) {
  const pairs = alike ? alike.pairs.map((pair, nth) => ({ ...pair, nth })).filter((pair) => pair.left === key || pair.right === key) : [];
  if (!pairs.length) return [];
  return [element("h3", {}, "Alike"), element("ul", {}, ...pairs.map((pair) => {
    const [own, other] = pair.left === key ? [pair.left_part, pair.right] : [pair.right_part, pair.left];
    return element("li", {}, `${percent(own)} of its own tokens are also in the work of `, linkTo(other), ": ", element("a", { href: `#pair/${pair.nth + 1}` }, "side by side"));
  }))];
}

async function showPair(number) {
  const mine = ++asked;
  const pair = alike && alike.pairs[number - 1];
  const page = $("pair");
  const way = element("nav", { class: "way", "aria-label": "Pairs" }, element("a", { href: "#likeness" }, "all pairs"),
    ...[[number - 1, "← previous"], [number + 1, "next →"]].map(([nth, text]) => (alike && alike.pairs[nth - 1]
      ? element("a", { href: `#pair/${nth}` }, text) : element("span", { class: "off" }, text))));
  const title = element("h2", { tabIndex: -1 }, pair ? `Pair ${number}: ${percent(Math.max(pair.left_part, pair.right_part))} alike` : `There is no pair ${number}`);
  page.replaceChildren(way, title);
  title.focus({ preventScroll: true });
  if (!pair) return;
  let files;
  try {
    files = await Promise.all([pair.left, pair.right].map((key) => {
      const block = alike.sources.indexOf(key);
      return block < 0 ? null : unpack(`sources-${block}`);
    }));
  } catch (error) {
    page.append(element("p", { class: "note" }, `The sources could not be opened: ${error.message}.`));
    return;
  }
  if (mine !== asked) return;
  const passages = pair.regions.map(([left, from, to, right, first, last, tokens], nth) => ({ nth: nth + 1, sides: [[left, from, to], [right, first, last]], tokens }));
  const spot = ([path, from, to]) => `${path}:${from}–${to}`;
  const jumps = passages.map((passage) => element("li", {}, button(`${passage.nth}: ${spot(passage.sides[0])} and ${spot(passage.sides[1])}, ${plural(passage.tokens, "token")}`, () => {
    for (const side of [0, 1]) {
      const there = document.querySelector(`#side-${side} [data-begins~="${passage.nth}"]`);
      const box = $(`side-${side}`).querySelector(".code");
      if (there && box) box.scrollTop = there.offsetTop - 40;
    }
  })));
  page.append(element("details", { class: "jumps", open: passages.length <= 6 }, element("summary", {}, plural(passages.length + pair.more, "passage")), element("ol", {}, ...jumps),
    pair.more ? element("p", { class: "note" }, `… and ${plural(pair.more, "shorter passage")}, which are not marked.`) : null));
  page.append(element("div", { class: "sides" }, ...[0, 1].map((side) => sideOf(side, pair, passages, files[side]))));
}

function sideOf(side, pair, passages, files) {
  const [key, part] = side ? [pair.right, pair.right_part] : [pair.left, pair.left_part];
  const heading = element("h3", {}, linkTo(key), `: ${percent(part)} of its own`);
  if (!files) return element("section", { id: `side-${side}` }, heading, element("p", { class: "note" }, "Its sources are not on this page."));
  const code = element("div", { class: "code", tabIndex: 0, role: "region", "aria-label": `Sources of ${key}` }, ...files.map((file) => fileOf(file, side, passages)));
  return element("section", { id: `side-${side}` }, heading, code);
}

function fileOf(file, side, passages) {
  const own = passages.filter((passage) => passage.sides[side][0] === file.path);
  const lines = file.lines.map((text, at) => {
    const number = at + 1;
    const inside = own.filter((passage) => number >= passage.sides[side][1] && number <= passage.sides[side][2]);
    const begins = inside.filter((passage) => passage.sides[side][1] === number).map((passage) => passage.nth);
    const made = element("div", { class: `line${inside.length ? ` common tone-${inside[0].nth % 2}` : ""}` },
      element("span", { class: "passage" }, begins.join(" ")), element("span", { class: "at" }, `${number}`),
      element(inside.length ? "mark" : "span", { class: "text" }, text || " "));
    if (begins.length) made.dataset.begins = begins.join(" ");
    return made;
  });
  return element("div", { class: "file" }, element("h4", {}, file.path), ...lines,
    file.more ? element("p", { class: "note" }, `… and ${plural(file.more, "more line")}`) : null);
}
