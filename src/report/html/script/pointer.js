// Mouse, pen and touch.

// The mark under a point of the picture, or the nearest on its lane within a few pixels.
function under(x, y) {
  const { run } = view;
  if (x < view.gutter || y < ROW.axis) return NONE;
  const row = rows.at(y + stage.scrollTop);
  if (!row) return NONE;
  if (row.kind === "fd") return underDescriptor(row, x);
  if (row.kind !== "lane") return NONE;
  const marks = run.onLane[row.lane];
  let [best, nearness] = [NONE, 8];
  const here = view.placeAt(x);
  const after = first(0, marks.length, (nth) => view.begin(marks[nth]) > here);
  // Of those that cover the point, the last to begin; else the nearest.
  for (let nth = Math.min(after, marks.length - 1); nth >= 0 && nth > after - 40; nth--) {
    const [left, right] = [view.x(view.begin(marks[nth])), view.x(view.end(marks[nth]))];
    const distance = x < left ? left - x : x > right ? x - right : 0;
    if (distance < nearness) [best, nearness] = [marks[nth], distance];
  }
  return best;
}

// On a descriptor's row: the nearest use, else what opened it.
function underDescriptor(row, x) {
  const { run } = view;
  const here = view.placeAt(x);
  const uses = run.usesOf[row.descriptor];
  const after = first(0, uses.length, (nth) => view.begin(uses[nth]) > here);
  for (const mark of [uses[after - 1], uses[after]]) {
    if (mark !== undefined && Math.abs(view.x(view.begin(mark)) - x) < 6) return mark;
  }
  const life = run.raw.descriptors[row.descriptor].lives.findLast((life) => view.place(life.from) <= here);
  return life ? run.markOf[life.from] : NONE;
}

const touches = new Map();
const drag = { moved: 0, x: 0, y: 0, apart: 0 };

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  canvas.focus({ preventScroll: true });
  canvas.setPointerCapture(event.pointerId);
  touches.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  Object.assign(drag, { moved: 0, x: event.offsetX, y: event.offsetY, apart: spread() });
});

const spread = () => {
  const [one, two] = [...touches.values()];
  return two ? Math.hypot(one.x - two.x, one.y - two.y) : 0;
};

canvas.addEventListener("pointermove", (event) => {
  const before = touches.get(event.pointerId);
  if (!before) {
    canvas.title = hint(event.offsetX, event.offsetY);
    return;
  }
  const [dx, dy] = [event.offsetX - before.x, event.offsetY - before.y];
  touches.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  drag.moved += Math.abs(dx) + Math.abs(dy);
  if (touches.size > 1) {
    const apart = spread();
    if (drag.apart > 10 && apart > 10) view.zoom(drag.apart / apart, view.placeAt(event.offsetX));
    drag.apart = apart;
  } else if (drag.moved > 4) {
    canvas.classList.add("drags");
    view.pan(-dx);
    stage.scrollTop -= dy;
  }
});

function lift(event) {
  const was = touches.delete(event.pointerId);
  canvas.classList.remove("drags");
  if (!was || event.type === "pointercancel" || drag.moved > 4 || touches.size) return;
  const row = rows.at(event.offsetY + stage.scrollTop);
  if (row && row.kind === "head" && event.offsetY > ROW.axis) {
    rows.fold(view.run, row.lane);
    changed();
    return;
  }
  const mark = under(event.offsetX, event.offsetY);
  if (mark !== NONE) view.select(mark, { reveals: false });
}
canvas.addEventListener("pointerup", lift);
canvas.addEventListener("pointercancel", lift);
canvas.addEventListener("dblclick", (event) => {
  if (event.offsetX > view.gutter) view.zoom(0.4, view.placeAt(event.offsetX));
});

function hint(x, y) {
  if (x < view.gutter) {
    const row = rows.at(y + stage.scrollTop);
    if (!row) return "";
    if (row.kind === "fd") return view.run.raw.descriptors[row.descriptor].lives.slice(0, 12).map(story).join("\n");
    return row.kind === "lane" ? view.run.who(row.lane) : row.label;
  }
  const row = rows.at(y + stage.scrollTop);
  if (row && row.kind === "fd") {
    const event = view.eventAt(view.placeAt(x));
    const life = view.run.raw.descriptors[row.descriptor].lives.find((life) => life.from <= event && (life.to ?? Infinity) >= event);
    return life ? story(life) : "";
  }
  const mark = under(x, y);
  return mark === NONE ? "" : view.run.line(mark).slice(0, 600);
}

stage.addEventListener("wheel", (event) => {
  const by = event.deltaMode === 1 ? 16 : 1;
  if (event.ctrlKey || event.metaKey || event.altKey) {
    event.preventDefault();
    view.zoom(Math.exp(event.deltaY * by * 0.0025), view.placeAt(Math.max(event.offsetX, view.gutter)));
    return;
  }
  const sideways = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
  const scrolls = rows.height > stage.clientHeight;
  const pixels = sideways || (scrolls ? 0 : event.deltaY);
  if (!pixels) return;
  event.preventDefault();
  view.pan(pixels * by);
}, { passive: false });
stage.addEventListener("scroll", () => changed(), { passive: true });

// In the overview: a press moves the window there, and takes it along.
overview.addEventListener("pointerdown", (event) => {
  overview.setPointerCapture(event.pointerId);
  centre(event);
});
overview.addEventListener("pointermove", (event) => {
  if (event.buttons & 1) centre(event);
});
overview.addEventListener("wheel", (event) => {
  event.preventDefault();
  view.zoom(Math.exp(event.deltaY * 0.0025), stripPlace(event.offsetX, overview.clientWidth));
}, { passive: false });

function centre(event) {
  const place = stripPlace(event.offsetX, overview.clientWidth);
  const half = (view.to - view.from) / 2;
  view.set(place - half, place + half);
}
