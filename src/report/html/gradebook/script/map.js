// Checks by submissions: who failed what, as a picture, in the order of the table of the class.

const BAND = 18;

// A small class needs no wide columns.
const WIDE = 40;

// In a column of several submissions from below: passed, skipped, undecided, failed.
const LAYERS = ["p", "s", "u", "f"];

// Parts of the class in the table that says the same.
const PARTS = 5;

const canvas = $("canvas");
const cursor = { column: -1, check: 0, key: "" };

const columnsOf = (width) => Math.max(Math.min(shown.order.length, width), 1);

// The submissions of a column.
function within(column, columns) {
  const { length } = shown.order;
  return [Math.floor(column * length / columns), Math.max(Math.floor((column + 1) * length / columns), Math.floor(column * length / columns) + 1)];
}

function countsOf(from, to, check) {
  const counts = { p: 0, f: 0, s: 0, u: 0, ".": 0 };
  for (let nth = from; nth < to; nth++) counts[endedOf(shown.order[nth], check)]++;
  return counts;
}

function paintMap() {
  if (!checks.length || $("overview").hidden) return;
  const width = Math.min(Math.floor(canvas.parentElement.clientWidth - $("labels").offsetWidth), Math.max(shown.order.length, 1) * WIDE);
  if (width <= 0) return;
  const height = checks.length * BAND;
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const style = getComputedStyle(document.documentElement);
  const ink = Object.fromEntries(LAYERS.map((ending) => [ending, style.getPropertyValue(`--map-${ENDED[ending][2]}`)]));
  pen.fillStyle = style.getPropertyValue("--stripe");
  pen.fillRect(0, 0, width, height);
  const columns = columnsOf(width);
  if (!shown.order.length) return;
  for (let column = 0; column < columns; column++) {
    const [from, to] = within(column, columns);
    const [left, right] = [Math.round(column * width / columns), Math.round((column + 1) * width / columns)];
    const gap = right - left >= 6 ? 1 : 0;
    for (let check = 0; check < checks.length; check++) {
      const counts = countsOf(from, to, check);
      let y = (check + 1) * BAND - 1;
      for (const layer of LAYERS) {
        if (!counts[layer]) continue;
        const tall = counts[layer] / (to - from) * (BAND - 2);
        pen.fillStyle = ink[layer];
        pen.fillRect(left, y - tall, right - left - gap, tall);
        y -= tall;
      }
    }
  }
  if (cursor.column >= 0) {
    cursor.column = Math.min(cursor.column, columns - 1);
    const x = Math.round(cursor.column * width / columns);
    pen.strokeStyle = style.getPropertyValue("--ink");
    pen.lineWidth = 2;
    pen.strokeRect(Math.min(x, width - 7) - 1, cursor.check * BAND, Math.max(width / columns, 6) + 2, BAND);
  }
}

function tellCell() {
  const width = canvas.clientWidth;
  const columns = columnsOf(width);
  const [from, to] = within(cursor.column, columns);
  const check = checks[cursor.check];
  if (!shown.order.length || !check) return;
  if (to - from === 1) {
    const entry = shown.order[from];
    const ended = endedOf(entry, cursor.check);
    $("say").textContent = `${check.id}: ${calledOf(entry)}, ${entries.state[entry] === STATE.notGraded ? "not graded" : ENDED[ended][1]}`;
    return;
  }
  const counts = countsOf(from, to, cursor.check);
  const parts = ["p", "f", "u", "s"].filter((ending) => counts[ending]).map((ending) => `${grouped(counts[ending])} ${ENDED[ending][1]}`);
  $("say").textContent = `${check.id}: submissions ${grouped(from + 1)} to ${grouped(to)} of ${grouped(shown.order.length)}: ${parts.join(", ") || "not graded"}`;
}

function moveTo(column, check) {
  if (!shown.order.length || !checks.length) return;
  cursor.column = Math.min(Math.max(column, 0), columnsOf(canvas.clientWidth) - 1);
  cursor.check = Math.min(Math.max(check, 0), checks.length - 1);
  paintMap();
  tellCell();
}

function openCell() {
  if (cursor.column < 0 || !shown.order.length) return;
  const [from, to] = within(cursor.column, columnsOf(canvas.clientWidth));
  if (to - from === 1) location.hash = hrefOf(keyOf(shown.order[from]));
  else {
    $("class").scrollIntoView();
    goTo(from);
  }
}

function fillMapTable() {
  if (!$("map-details").open) return;
  const parts = Math.min(PARTS, shown.order.length);
  const columns = Array.from({ length: parts }, (_, part) => within(part, parts));
  const share = (check, [from, to]) => {
    const counts = countsOf(from, to, check);
    const all = counts.p + counts.f + counts.s + counts.u;
    return all ? counts.p / all * 100 : null;
  };
  $("map-table").replaceChildren(sortedTable("Per cent that passed each check, by parts of the class in the order of its table", [
    { title: "Check", by: (check) => checks[check].id },
    ...columns.map((column) => ({
      title: `${grouped(column[0] + 1)}–${grouped(column[1])}`,
      by: (check) => share(check, column),
      cell: (check) => (share(check, column) === null ? "–" : `${share(check, column).toFixed(0)} %`),
      isNumber: true,
    })),
  ], checks.map((_, nth) => nth)));
}

function buildMap() {
  $("map").hidden = !checks.length || !COUNT;
  $("labels").append(...checks.map((check) => element("li", { title: check.claim }, check.id)));
  $("legend").append(...["p", "f", "u", "s"].map((ending) => element("li", {},
    element("span", { class: `swatch ${ENDED[ending][2]}`, "aria-hidden": "true" }), ENDED[ending][1])));
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    moveTo(Math.floor((event.clientX - box.left) / box.width * columnsOf(box.width)), Math.floor((event.clientY - box.top) / BAND));
  };
  canvas.addEventListener("pointermove", at);
  canvas.addEventListener("click", (event) => { at(event); openCell(); });
  canvas.addEventListener("keydown", (event) => {
    const wide = Math.max(Math.floor(columnsOf(canvas.clientWidth) / 10), 1);
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [-wide, 0], PageDown: [wide, 0] }[event.key];
    if (step) {
      event.preventDefault();
      moveTo(cursor.column < 0 ? 0 : cursor.column + step[0], cursor.column < 0 ? 0 : cursor.check + step[1]);
    } else if (event.key === "Enter") openCell();
  });
  shown.watchers.push(() => {
    cursor.column = -1;
    $("say").textContent = "";
    paintMap();
    fillMapTable();
  });
  $("map-details").addEventListener("toggle", fillMapTable);
  new ResizeObserver(() => paintMap()).observe($("chart"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintMap);
}
