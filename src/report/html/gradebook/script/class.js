// The class: what is shown of it, in which order, and the table of which only the rows in sight exist.

const TALL = 32;

// The frame grows with its rows, up to here: 40rem of the style.
const MOST_TALL = 640;

// On paper there is no scrolling, and no patience for more.
const PRINTED = 2000;

const COLUMNS = [
  { id: "key", title: "Submission", by: keyOf },
  { id: "name", title: "Name", by: nameOf },
  { id: "ident", title: "Id", by: idOf },
  { id: "points", title: "Points", by: (entry) => entries.value[entry], isNumber: true },
  { id: "state", title: "State", by: stateOf },
  { id: "late", title: "Late", by: (entry) => (entries.late[entry] === LATE.unknown ? null : entries.late[entry]), isNumber: true },
  { id: "failed", title: "Failed", by: (entry) => (entries.state[entry] === STATE.notGraded ? null : failedOf(entry)), isNumber: true },
];

// More signs than this in a row are no picture.
const SIGNS = 40;

const STATES = [
  ["", "all", () => true],
  ["first", "needs somebody", (entry) => entries.state[entry] !== STATE.graded || has(entry, FLAG.open | FLAG.flaky | FLAG.nobodys)],
  ["not-graded", "not graded", (entry) => entries.state[entry] === STATE.notGraded],
  ["withheld", "withheld", (entry) => entries.state[entry] === STATE.withheld],
  ["flaky", "flaky", (entry) => has(entry, FLAG.flaky)],
  ["open", "undecided", (entry) => has(entry, FLAG.open)],
  ["nobodys", "nobody’s", (entry) => has(entry, FLAG.nobodys)],
  ["decided", "decided by a person", (entry) => has(entry, FLAG.decided)],
  ["late", "late", (entry) => entries.late[entry] > 0 || entries.late[entry] === LATE.late],
];

const shown = {
  // Entries, in the order in which they are shown.
  order: Uint32Array.from({ length: COUNT }, (_, entry) => entry),
  by: 0,
  direction: 1,
  // Points from, to, and whether the upper end is in.
  range: null,
  current: 0,
  top: -1,
  bottom: -1,
  isPrinted: false,
  // Whom to tell that it has changed.
  watchers: [],
};

const frame = $("rows");
const texts = new Array(COUNT);

// What a search looks at; made when it is needed.
function textOf(entry) {
  return (texts[entry] ??= [keyOf(entry), nameOf(entry), idOf(entry), word(entries.other[entry]), whyOf(entry)].join("\n").toLowerCase());
}

function refill() {
  const words = $("query").value.toLowerCase().split(/\s+/).filter(Boolean);
  const is = STATES.find(([id]) => id === $("state").value)[2];
  const check = $("check").value === "" ? -1 : Number($("check").value);
  const ended = $("ended").value;
  const inRange = (value) => value !== null && value >= shown.range[0] && (value < shown.range[1] || (shown.range[2] && value >= shown.range[1]));
  const found = [];
  for (let entry = 0; entry < COUNT; entry++) {
    if (!is(entry)) continue;
    if (check >= 0 && endedOf(entry, check) !== ended) continue;
    if (shown.range && !inRange(entries.value[entry])) continue;
    if (words.length && !words.every((one) => textOf(entry).includes(one))) continue;
    found.push(entry);
  }
  const column = COLUMNS[shown.by];
  const keys = new Map(found.map((entry) => [entry, column.by(entry)]));
  found.sort((one, other) => compared(keys.get(one), keys.get(other), shown.direction) || one - other);
  shown.order = Uint32Array.from(found);
  shown.current = 0;
  frame.scrollTop = 0;
  tellShown();
  buildRows(true);
  for (const watcher of shown.watchers) watcher();
}

function tellShown() {
  const { order, range } = shown;
  const part = order.length === COUNT ? plural(COUNT, "submission") : `${grouped(order.length)} of ${plural(COUNT, "submission")}`;
  const points = range ? `, from ${range[3]} points ${range[2] ? "up to and with" : "to below"} ${range[4]}` : "";
  $("count").textContent = `${part}${points}, by ${COLUMNS[shown.by].title.toLowerCase()}${shown.direction < 0 ? ", last first" : ""}`;
  $("clear").disabled = order.length === COUNT && !range;
  document.querySelector(".of-check").hidden = $("check").value === "";
}

function buildHead() {
  const head = element("tr", { "aria-rowindex": 1 }, ...COLUMNS.map((column, nth) => {
    const made = heading(column.title, nth === shown.by ? shown.direction : 0, () => sortBy(nth), column.isNumber);
    made.classList.add(column.id);
    return made;
  }), element("th", { scope: "col", class: "signs" }, "Checks"));
  frame.querySelector("thead").replaceChildren(head);
}

function sortBy(nth) {
  [shown.by, shown.direction] = nth === shown.by ? [nth, -shown.direction] : [nth, COLUMNS[nth].isNumber ? -1 : 1];
  buildHead();
  refill();
  frame.querySelector("thead").querySelectorAll("button")[nth].focus();
}

// Makes the rows in sight.
function buildRows(isNew = false) {
  const { order } = shown;
  const height = Math.max(frame.clientHeight, MOST_TALL);
  let top = Math.max(Math.floor(frame.scrollTop / TALL) - 8, 0);
  let bottom = Math.min(Math.ceil((frame.scrollTop + height) / TALL) + 8, order.length);
  if (shown.isPrinted) [top, bottom] = [0, Math.min(order.length, PRINTED)];
  if (!isNew && top === shown.top && bottom === shown.bottom) return;
  [shown.top, shown.bottom] = [top, bottom];
  const body = frame.querySelector("tbody");
  const hadFocus = body.contains(document.activeElement);
  if (shown.current < top || shown.current >= bottom) shown.current = Math.min(Math.max(Math.ceil(frame.scrollTop / TALL), top), Math.max(bottom - 1, 0));
  const made = [pad(top * TALL)];
  for (let nth = top; nth < bottom; nth++) made.push(rowOf(order[nth], nth));
  made.push(pad(shown.isPrinted ? 0 : (order.length - bottom) * TALL));
  if (!order.length) made.push(element("tr", {}, element("td", { colSpan: COLUMNS.length + 1, class: "empty" }, "No submission is like this.")));
  body.replaceChildren(...made);
  frame.querySelector("table").setAttribute("aria-rowcount", order.length + 1);
  if (hadFocus) focusRow();
}

function pad(height) {
  const cell = element("td");
  cell.style.height = `${height}px`;
  return element("tr", { class: "pad", hidden: height <= 0, "aria-hidden": "true" }, cell);
}

function rowOf(entry, nth) {
  const link = element("a", { href: hrefOf(keyOf(entry)), tabIndex: nth === shown.current ? 0 : -1 }, keyOf(entry));
  const isGraded = entries.state[entry] === STATE.graded;
  const row = element("tr", { "aria-rowindex": nth + 2 },
    element("th", { scope: "row", class: "key" }, link),
    element("td", { class: "name", title: nameOf(entry) }, nameOf(entry)),
    element("td", { class: "ident" }, idOf(entry)),
    element("td", { class: "points", title: isGraded ? `${pointsOf(entry)} of ${DATA.out_of}` : "" }, isGraded ? near(pointsOf(entry)) : "–"),
    element("td", { class: `state ${stateOf(entry) === "graded" ? "" : "look"}`, title: whyOf(entry) }, stateOf(entry)),
    element("td", { class: "late" }, entries.late[entry] === LATE.inTime ? "" : lateOf(entry).replace("late by ", "")),
    element("td", { class: "failed" }, entries.state[entry] === STATE.notGraded ? "" : `${failedOf(entry)}`),
    element("td", { class: "signs" }, ...signsOf(entry)));
  row.dataset.nth = nth;
  return row;
}

// The checks as signs, those that ended alike together; for a screen reader the failed ones by name.
function signsOf(entry) {
  if (checks.length > SIGNS || entries.state[entry] === STATE.notGraded) return [];
  const groups = endingsOf(entry).match(/(.)\1*/g) ?? [];
  const signs = groups.map((group) => element("span", { class: ENDED[group[0]][2] }, ENDED[group[0]][0].repeat(group.length)));
  return [element("span", { "aria-hidden": "true" }, ...signs), element("span", { class: "quiet" }, namesOf(entry, "f"))];
}

function namesOf(entry, ending) {
  const names = checks.filter((_, check) => endedOf(entry, check) === ending).map((check) => check.id);
  return names.length ? `${ENDED[ending][1]}: ${names.join(", ")}` : "";
}

const focusRow = () => frame.querySelector(`tr[data-nth="${shown.current}"] a`)?.focus({ preventScroll: true });

// Goes to a row, which comes into sight.
function goTo(nth) {
  if (!shown.order.length) return;
  shown.current = Math.min(Math.max(nth, 0), shown.order.length - 1);
  const [y, head] = [shown.current * TALL, frame.querySelector("thead").offsetHeight];
  if (y < frame.scrollTop) frame.scrollTop = y;
  else if (y + TALL > frame.scrollTop + frame.clientHeight - head) frame.scrollTop = y + TALL + head - frame.clientHeight;
  buildRows(true);
  focusRow();
}

// Shows what of the class is like this, and goes there.
function filterBy({ state = "", check = "", ended = "f", range = null, query = "" }) {
  $("query").value = query;
  $("state").value = state;
  $("check").value = check;
  $("ended").value = ended;
  shown.range = range;
  refill();
}

function buildClass() {
  $("state").append(...STATES.map(([value, title, is]) => {
    let count = 0;
    for (let entry = 0; entry < COUNT; entry++) if (is(entry)) count++;
    return element("option", { value }, `${title} (${grouped(count)})`);
  }));
  $("check").append(element("option", { value: "" }, "any"), ...checks.map((check, nth) => element("option", { value: `${nth}` }, check.id)));
  $("ended").append(...["f", "p", "u", "s"].map((ending) => element("option", { value: ending }, ENDED[ending][1])));
  frame.append(element("table", { class: "class" }, element("caption", { class: "quiet" }, "All submissions"), element("thead"), element("tbody")));
  buildHead();
  tellShown();
  buildRows(true);
}

$("filter").addEventListener("submit", (event) => event.preventDefault());
$("query").addEventListener("input", refill);
for (const id of ["state", "check", "ended"]) $(id).addEventListener("change", refill);
$("clear").addEventListener("click", () => filterBy({}));
frame.addEventListener("scroll", () => requestAnimationFrame(() => buildRows()), { passive: true });
new ResizeObserver(() => buildRows()).observe(frame);
frame.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("thead")) return;
  const page = Math.max(Math.floor(frame.clientHeight / TALL) - 2, 1);
  const onRow = event.target.closest("tbody") !== null;
  const to = {
    ArrowDown: onRow ? shown.current + 1 : shown.current,
    ArrowUp: shown.current - 1,
    PageDown: shown.current + page,
    PageUp: shown.current - page,
    Home: 0,
    End: shown.order.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  goTo(to);
});
frame.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-nth]");
  if (row) shown.current = Number(row.dataset.nth);
});
addEventListener("beforeprint", () => { shown.isPrinted = true; buildRows(true); tellPrinted(); });
addEventListener("afterprint", () => { shown.isPrinted = false; buildRows(true); tellShown(); });

function tellPrinted() {
  if (shown.order.length > PRINTED) $("count").textContent += `; the first ${grouped(PRINTED)} are printed`;
}
