// Keys. Those of the picture hold everywhere but where one types.

const PAN = 120;

function toLane(step) {
  const { run } = view;
  if (view.selected === NONE) return toEvent(1);
  let lane = run.lane[view.selected] + step;
  while (lane >= 0 && lane < run.lanes.length && !run.onLane[lane].length) lane += step;
  if (lane < 0 || lane >= run.lanes.length) return;
  view.select(nearest(lane, run.at[view.selected]));
}

function toEvent(step) {
  const { run } = view;
  if (!run.length) return;
  if (view.selected === NONE) {
    const start = view.eventAt(view.from);
    view.select(Math.min(first(0, run.length, (mark) => run.at[mark] >= start), run.length - 1));
  } else view.select(neighbour(view.selected, step));
}

function toEnd(isLast) {
  const { run } = view;
  if (view.selected === NONE) return toEvent(1);
  const marks = run.onLane[run.lane[view.selected]];
  view.select(marks[isLast ? marks.length - 1 : 0]);
}

function follow() {
  const ways = view.selected === NONE ? [] : across(view.selected);
  if (ways.length) view.select(ways[0].mark);
}

function foldSelected() {
  if (view.selected === NONE) return;
  rows.fold(view.run, view.run.lanes[view.run.lane[view.selected]].process);
  changed();
}

const EVERYWHERE = {
  "+": () => view.zoom(0.6, centreOfInterest()),
  "=": () => view.zoom(0.6, centreOfInterest()),
  "-": () => view.zoom(1 / 0.6, centreOfInterest()),
  "0": () => view.fit(),
  z: () => { if (view.selected !== NONE) view.reveal(view.selected, true); },
  a: () => view.setAxis(view.axis === "time" ? "order" : "time"),
  "/": () => { query.focus(); query.select(); },
  f: () => foldSelected(),
  n: () => nextMatch(1),
  N: () => nextMatch(-1),
  e: () => nextProof(1),
  E: () => nextProof(-1),
  t: () => frame.focus(),
  "?": () => openHelp(),
};

const IN_PICTURE = {
  ArrowLeft: (event) => (event.shiftKey ? view.pan(-PAN) : toEvent(-1)),
  ArrowRight: (event) => (event.shiftKey ? view.pan(PAN) : toEvent(1)),
  ArrowUp: () => toLane(-1),
  ArrowDown: () => toLane(1),
  Home: () => toEnd(false),
  End: () => toEnd(true),
  PageUp: () => view.pan(-(view.width - view.gutter) * 0.9),
  PageDown: () => view.pan((view.width - view.gutter) * 0.9),
  Enter: () => follow(),
};

// In the table: from event to event, whatever its lane.
const IN_TABLE = {
  ArrowUp: () => along(-1),
  ArrowDown: () => along(1),
  PageUp: () => along(-15),
  PageDown: () => along(15),
  Home: () => along(-Infinity),
  End: () => along(Infinity),
  Escape: () => canvas.focus(),
};

function along(step) {
  const { run } = view;
  if (!run.length) return;
  const from = view.selected === NONE ? list.from - Math.sign(step) : view.selected;
  view.select(Math.min(Math.max(from + step, 0), run.length - 1));
}

// What zooming keeps in its place: the selected event, if it is in the window.
function centreOfInterest() {
  if (view.selected === NONE) return undefined;
  const place = view.begin(view.selected);
  return place >= view.from && place <= view.to ? place : undefined;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open || !view.run) return;
  const on = document.activeElement;
  if (on instanceof HTMLInputElement || on instanceof HTMLSelectElement) return;
  const own = on === canvas ? IN_PICTURE[event.key] : on === frame ? IN_TABLE[event.key] : undefined;
  const press = own ?? EVERYWHERE[event.key];
  if (!press) return;
  event.preventDefault();
  press(event);
});

function openHelp() {
  paintLegend();
  $("help").showModal();
}
