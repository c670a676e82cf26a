// The picture: everything in the window, from the back to the front.

let ink = {};

// Colours are the style sheet's, so that the picture follows its light and dark.
function dip() {
  const style = getComputedStyle(document.documentElement);
  const names = ["back", "panel", "ink", "soft", "line", "stripe", "accent", "file", "data", "process", "memory", "net", "time",
    "other", "failed", "injected", "signal", "fault", "evidence", "evidence-back", "match", "life", "life-edge"];
  ink = {};
  for (const name of names) ink[name] = style.getPropertyValue(`--${name}`).trim();
  ink.mono = "11px " + style.getPropertyValue("--mono").trim();
  ink.plain = "12px system-ui, sans-serif";
  ink.strong = "600 12px system-ui, sans-serif";
  hatches.clear();
}

const hatches = new Map();

// Hatching in a colour: what took a while.
function hatch(colour) {
  if (!hatches.has(colour)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const own = tile.getContext("2d");
    own.globalAlpha = 0.3;
    own.fillStyle = colour;
    own.fillRect(0, 0, 6, 6);
    own.globalAlpha = 0.75;
    own.strokeStyle = colour;
    own.lineWidth = 1.2;
    own.beginPath();
    for (const by of [-6, 0, 6]) {
      own.moveTo(by, 6);
      own.lineTo(by + 6, 0);
    }
    own.stroke();
    hatches.set(colour, pen.createPattern(tile, "repeat"));
  }
  return hatches.get(colour);
}

function fitCanvas(target, own, width, height) {
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  if (target.width !== w || target.height !== h) {
    target.width = w;
    target.height = h;
    target.style.width = `${width}px`;
    target.style.height = `${height}px`;
  }
  own.setTransform(scale, 0, 0, scale, 0, 0);
}

function paint() {
  const { run } = view;
  view.width = Math.max(stage.clientWidth, 120);
  view.height = Math.max(stage.clientHeight, 60);
  view.gutter = view.width < 560 ? 92 : 178;
  fitCanvas(canvas, pen, view.width, view.height);
  pen.fillStyle = ink.panel;
  pen.fillRect(0, 0, view.width, view.height);
  if (!run) return;
  const scroll = stage.scrollTop;
  const shown = rows.between(scroll + ROW.axis, scroll + view.height);
  pen.save();
  pen.beginPath();
  pen.rect(view.gutter, ROW.axis, view.width - view.gutter, view.height - ROW.axis);
  pen.clip();
  pen.translate(0, -scroll);
  for (const row of shown) paintGround(row);
  paintGrid(scroll);
  for (const row of shown) {
    if (row.kind === "lane") paintLane(row);
    if (row.kind === "fd") paintDescriptor(row);
  }
  paintForks();
  paintArrows(scroll);
  for (const row of shown) if (row.kind === "lane") paintSigns(row);
  paintSelected();
  pen.restore();
  paintGutter(shown, scroll);
  paintAxis();
}

function paintGround(row) {
  const { run } = view;
  if (row.kind === "head") {
    pen.fillStyle = ink.stripe;
    pen.fillRect(view.gutter, row.y, view.width, row.height);
    return;
  }
  pen.fillStyle = ink.line;
  pen.fillRect(view.gutter, row.y + row.height - 1, view.width, 0.5);
  if (row.kind !== "lane") return;
  const lane = run.lanes[row.lane];
  const from = view.x(view.place(lane.from));
  const to = view.x(view.axis === "time" ? view.place(lane.to) : lane.to + 1);
  pen.fillStyle = ink.stripe;
  const left = Math.max(from, view.gutter);
  pen.fillRect(left, row.y + 3, Math.max(Math.min(to, view.width) - left, 1), row.height - 7);
}

// Round steps of the axis, some 110 pixels apart.
function steps() {
  const rough = (view.to - view.from) / Math.max((view.width - view.gutter) / 110, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough) ?? rough;
  if (view.axis === "order") step = Math.max(step, 1);
  const all = [];
  for (let place = Math.ceil(view.from / step) * step; place <= view.to; place += step) all.push(place);
  return { all, step };
}

function paintGrid(scroll) {
  pen.fillStyle = ink.line;
  for (const place of steps().all) pen.fillRect(Math.round(view.x(place)), scroll + ROW.axis, 0.5, view.height);
}

function paintAxis() {
  pen.fillStyle = ink.back;
  pen.fillRect(0, 0, view.width, ROW.axis);
  pen.fillStyle = ink.line;
  pen.fillRect(0, ROW.axis - 1, view.width, 1);
  pen.font = ink.plain;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.fillStyle = ink.soft;
  pen.fillText(view.axis === "time" ? "time" : "event", 10, ROW.axis / 2);
  const { all, step } = steps();
  pen.save();
  pen.beginPath();
  pen.rect(view.gutter, 0, view.width, ROW.axis);
  pen.clip();
  for (const place of all) {
    const x = view.x(place);
    pen.fillRect(Math.round(x), ROW.axis - 6, 1, 5);
    pen.fillText(view.axis === "time" ? moment(place, step) : `${Math.round(place)}`, x + 4, ROW.axis / 2);
  }
  pen.restore();
}

// A time of the axis, as exact as its steps are.
function moment(ns, step) {
  const [unit, by] = step >= 1e9 ? ["s", 1e9] : step >= 1e6 ? ["ms", 1e6] : step >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  return `${(ns / by).toLocaleString("en", { maximumFractionDigits: 3 })} ${unit}`;
}

function paintGutter(shown, scroll) {
  const { run } = view;
  pen.fillStyle = ink.back;
  pen.fillRect(0, ROW.axis, view.gutter, view.height);
  pen.save();
  pen.beginPath();
  pen.rect(0, ROW.axis, view.width, view.height);
  pen.clip();
  pen.translate(0, -scroll);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  for (const row of shown) {
    const middle = row.y + row.height / 2;
    if (row.kind === "head") {
      pen.fillStyle = ink.stripe;
      pen.fillRect(0, row.y, view.gutter, row.height);
      pen.fillStyle = ink.soft;
      pen.font = ink.plain;
      pen.fillText(`${row.isFolded ? "▸" : "▾"} ${row.label}`, 8, middle);
      continue;
    }
    if (row.kind === "fd") {
      const descriptor = run.raw.descriptors[row.descriptor];
      pen.font = ink.mono;
      pen.fillStyle = ink.soft;
      const lives = new Set(descriptor.lives.map((life) => life.object));
      const label = `${descriptor.number} ${lives.size === 1 ? ending(word(descriptor.lives[0].object), 24) : `(${lives.size} in turn)`}`;
      pen.fillText(clipped(label, view.gutter - 28), 20, middle);
      continue;
    }
    const lane = run.lanes[row.lane];
    const isSelected = view.selected !== NONE && run.lane[view.selected] === row.lane;
    pen.fillStyle = isSelected ? ink.accent : ink.ink;
    pen.font = isSelected ? ink.strong : ink.plain;
    const indent = 8 + 10 * Math.min(depth(run, row.lane), 5);
    const sign = lane.task === null ? "" : lane.is_thread ? "┆ " : "";
    pen.fillText(clipped(sign + run.who(row.lane), view.gutter - indent - 8), indent, middle);
  }
  pen.restore();
  pen.fillStyle = ink.line;
  pen.fillRect(view.gutter - 1, 0, 1, view.height);
}

// How many processes a lane is below the first.
function depth(run, lane) {
  let depth = 0;
  for (let at = run.lanes[lane].parent; at !== null && at !== undefined && depth < 8; at = run.lanes[at].parent) depth++;
  return depth;
}

function clipped(text, width) {
  if (pen.measureText(text).width <= width) return text;
  const fits = first(0, text.length, (length) => pen.measureText(text.slice(0, length + 1) + "…").width > width);
  return fits > 0 ? text.slice(0, fits) + "…" : "";
}

// The end of a path says more than its beginning.
function ending(text, length) {
  return text.length <= length ? text : "…" + text.slice(text.length - length + 1);
}
