// Which part of the page is shown, by what stands behind the address' #; and the first picture.

const TITLE = document.title;
const VIEWS = ["overview", "student", "pair"];
let left = 0;

function show(view) {
  if (!$("overview").hidden && view !== "overview") left = scrollY;
  for (const id of VIEWS) $(id).hidden = id !== view;
  document.title = TITLE;
}

function follow() {
  const [, kind, rest] = location.hash.match(/^#(student|pair)\/(.*)$/) ?? [];
  if (kind) {
    show(kind);
    scrollTo(0, 0);
    if (kind === "student") showStudent(decoded(rest));
    else showPair(Number(rest));
    return;
  }
  const wasHidden = $("overview").hidden;
  show("overview");
  const place = location.hash.length > 1 ? $(decoded(location.hash.slice(1))) : null;
  if (wasHidden) {
    buildRows(true);
    paintMap();
    scrollTo(0, left);
  }
  if (place && place.closest("#overview")) {
    place.scrollIntoView();
    (place.querySelector("h2") ?? place).focus({ preventScroll: true });
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function buildRest() {
  $("noted").append(...DATA.notes.map((note) => element("li", {}, note)));
  $("notes").hidden = !DATA.notes.length;
  $("absent").hidden = !DATA.absent.length;
  if (DATA.absent.length) {
    $("missing").append(sortedTable("Students who submitted nothing", [
      { title: "Name", by: ([name]) => name, cell: ([name]) => name || "–" }, { title: "Id", by: ([, id]) => id },
    ], DATA.absent.slice(0, 2000)));
    if (DATA.absent.length > 2000) $("missing").append(element("p", { class: "note" }, `… and ${grouped(DATA.absent.length - 2000)} more; the gradebook’s CSV has all.`));
  }
  $("made").textContent = `${DATA.lab}; made by ${DATA.made}. It has names and hidden checks: not for learners.`;
}

buildAttention();
buildFigures();
buildBars();
buildClass();
buildMap();
buildItems();
buildMeasures();
buildAlike();
buildRest();
addEventListener("hashchange", follow);
addEventListener("keydown", (event) => {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/" && !isTyping && !$("overview").hidden) {
    event.preventDefault();
    $("query").focus();
  } else if (event.key === "Escape" && $("overview").hidden) location.hash = $("pair").hidden ? "#class" : "#likeness";
  else if (event.key === "Escape" && event.target === $("query") && $("query").value) filterBy({});
});
follow();
