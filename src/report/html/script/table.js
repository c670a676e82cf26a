// The events in the window as a table, of which only the rows in sight exist.

const TALL = 24;
const list = { from: 0, to: 0, body: null, key: "", built: "" };
const frame = $("rows");

function buildTable() {
  const { run } = view;
  const head = element("tr", { role: "row" });
  const columns = [["number", "event"], ...(run.time ? [["when", "time"]] : []), ["who", "task"], ["what-is", "what"], ["answer", "answer"]];
  if (DATA.runs[run.index].marks.site.some((site) => word(site))) columns.push(["place", "made at"]);
  for (const [name, title] of columns) head.append(element("th", { class: name === "what-is" ? "" : name, scope: "col", role: "columnheader" }, title));
  list.columns = columns.map(([name]) => name);
  list.body = element("tbody", { role: "rowgroup" });
  frame.replaceChildren(element("table", { role: "presentation" }, element("thead", { role: "rowgroup" }, head), list.body));
  list.key = list.built = "";
}

function fillTable() {
  const { run } = view;
  if (!run) return;
  // Marks whose beginning is in the window.
  const [start, end] = [view.eventAt(view.from), view.eventAt(view.to)];
  list.from = first(0, run.length, (mark) => run.at[mark] >= start);
  list.to = first(list.from, run.length, (mark) => run.at[mark] > end);
  const count = list.to - list.from;
  const key = `${list.from} ${list.to}`;
  if (list.key !== key) {
    list.key = key;
    list.followed = NONE;
    const all = count === run.length ? `All ${count.toLocaleString("en")} events` : `Events in view: ${count.toLocaleString("en")} of ${run.length.toLocaleString("en")}`;
    $("heading").textContent = all;
    frame.setAttribute("aria-rowcount", count + 1);
  }
  let scroll = Math.min(frame.scrollTop, Math.max((count + 1) * TALL - frame.clientHeight, 0));
  const isIn = view.selected >= list.from && view.selected < list.to;
  if (isIn && list.followed !== view.selected) {
    list.followed = view.selected;
    const y = (view.selected - list.from) * TALL;
    if (y < scroll || y + 2 * TALL > scroll + frame.clientHeight - 12) scroll = Math.max(y - frame.clientHeight / 2, 0);
  }
  const top = Math.max(Math.floor(scroll / TALL) - 6, 0);
  const bottom = Math.min(Math.ceil((scroll + frame.clientHeight) / TALL) + 6, count);
  const built = [key, top, bottom, view.selected, view.matches ? view.matches.length : ""].join(" ");
  if (list.built === built) return;
  list.built = built;
  const made = [];
  made.push(pad(top * TALL));
  for (let nth = top; nth < bottom; nth++) made.push(rowOf(list.from + nth, nth));
  made.push(pad((count - bottom) * TALL));
  list.body.replaceChildren(...made);
  // Only now is there room to scroll in.
  if (scroll !== frame.scrollTop) frame.scrollTop = scroll;
  if (isIn) frame.setAttribute("aria-activedescendant", `mark-${view.selected}`);
  else frame.removeAttribute("aria-activedescendant");
}

function pad(height) {
  const cell = element("td");
  cell.style.height = `${Math.max(height, 0)}px`;
  return element("tr", { class: "pad", hidden: height <= 0, "aria-hidden": "true" }, cell);
}

function rowOf(mark, nth) {
  const { run } = view;
  const row = element("tr", {
    id: `mark-${mark}`,
    role: "row",
    class: run.cited.has(mark) ? "proof" : "",
    "aria-rowindex": nth + 2,
    "aria-selected": mark === view.selected,
    onclick: () => view.select(mark),
  });
  const cells = {
    number: () => `${run.at[mark]}`,
    when: () => duration(run.time[run.at[mark]]),
    who: () => run.who(run.lane[mark]),
    "what-is": () => run.text(mark),
    answer: () => run.answer(mark),
    place: () => run.site(mark).split(" < ")[0],
  };
  for (const name of list.columns) {
    const text = cells[name]();
    const isFailed = name === "answer" && run.flags[mark] & FLAG.failed;
    row.append(element("td", { class: `${name}${isFailed ? " failed" : ""}`, role: "gridcell", title: text.length > 24 ? text.slice(0, 600) : "" }, text.slice(0, 400)));
  }
  return row;
}

frame.addEventListener("scroll", () => changed(), { passive: true });
