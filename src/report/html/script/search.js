// Search: as one types; n and N go from match to match.

const query = $("query");
function search() {
  const text = query.value;
  view.matches = text ? view.run.search(text) : null;
  view.matchesOn = view.run.lanes.map(() => []);
  for (const mark of view.matches ?? []) view.matchesOn[view.run.lane[mark]].push(mark);
  tellMatches();
  changed();
}

function nextMatch(step) {
  const { matches } = view;
  if (!matches || !matches.length) return;
  // From the selected event, wherever that is.
  const from = view.selected;
  const at = first(0, matches.length, (nth) => matches[nth] >= from);
  let next = step > 0 ? (matches[at] === from ? at + 1 : at) : at - 1;
  next = (next + matches.length) % matches.length;
  view.select(matches[next]);
  tellMatches();
}

function tellMatches() {
  const { matches } = view;
  const count = $("count");
  if (!matches) count.textContent = "";
  else if (!matches.length) count.textContent = "no match";
  else {
    const at = view.selected === NONE ? -1 : first(0, matches.length, (nth) => matches[nth] >= view.selected);
    const of = matches.length.toLocaleString("en");
    count.textContent = matches[at] === view.selected ? `${at + 1} of ${of}` : `${of} match${matches.length === 1 ? "" : "es"}`;
  }
  $("back").disabled = $("next").disabled = !matches || !matches.length;
}

query.addEventListener("input", search);
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter") nextMatch(event.shiftKey ? -1 : 1);
  else if (event.key === "Escape") {
    query.value = "";
    search();
    canvas.focus();
  } else return;
  event.preventDefault();
});
$("next").addEventListener("click", () => nextMatch(1));
$("back").addEventListener("click", () => nextMatch(-1));
