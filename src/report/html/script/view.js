// What is seen of the run: the window on its axis, what is selected, what was searched for.

const canvas = $("canvas");
const stage = $("stage");
const pen = canvas.getContext("2d");

const view = {
  run: null,
  axis: "order",
  from: 0,
  to: 1,
  selected: NONE,
  matches: null,
  matchesOn: [],
  proof: NONE,
  width: 0,
  height: 0,
  gutter: 170,

  // Where an event is on the axis, and where a mark begins and ends.
  place(event) {
    return this.axis === "time" ? this.run.time[event] : event;
  },
  begin(mark) {
    return this.place(this.run.at[mark]);
  },
  end(mark) {
    return this.axis === "time" ? this.run.time[this.run.until[mark]] : this.run.until[mark] + 1;
  },
  // The whole axis.
  get least() { return this.axis === "time" ? this.run.time[0] : 0; },
  get most() {
    const { run } = this;
    return this.axis === "time" ? Math.max(run.time[run.events - 1], this.least + 1) : Math.max(run.events, 1);
  },
  get shortest() { return this.axis === "time" ? 2000 : Math.min(6, this.most); },

  x(place) {
    return this.gutter + (place - this.from) / (this.to - this.from) * (this.width - this.gutter);
  },
  placeAt(x) {
    return this.from + (x - this.gutter) / (this.width - this.gutter) * (this.to - this.from);
  },
  // The first event at or after a place.
  eventAt(place) {
    const { run } = this;
    if (this.axis === "order") return Math.min(Math.max(Math.ceil(place), 0), run.events);
    return first(0, run.events, (event) => run.time[event] >= place);
  },

  set(from, to) {
    const all = this.most - this.least;
    const span = Math.min(Math.max(to - from, this.shortest), all);
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(middle - span / 2, this.least), this.most - span);
    this.to = this.from + span;
    changed();
  },
  fit() { this.set(this.least, this.most); },
  zoom(factor, around = (this.from + this.to) / 2) {
    const span = Math.min(Math.max((this.to - this.from) * factor, this.shortest), this.most - this.least);
    const share = (around - this.from) / (this.to - this.from);
    this.set(around - span * share, around + span * (1 - share));
  },
  pan(pixels) {
    const by = pixels / (this.width - this.gutter) * (this.to - this.from);
    this.set(this.from + by, this.to + by);
  },

  // Brings a mark into the window; `closely` also makes it wide enough to be seen among others.
  reveal(mark, closely = false) {
    const [begin, end] = [this.begin(mark), this.end(mark)];
    const span = this.to - this.from;
    const close = this.axis === "time" ? this.closely(mark, end - begin) : Math.max(70, (end - begin) * 1.5);
    if (closely && span > close) this.set(begin - close / 2, begin + close / 2);
    else if (begin < this.from + span * 0.02 || begin > this.to - span * 0.05) this.set(begin - span / 2, begin + span / 2);
    const row = rows.all[rows.ofLane.get(this.run.lane[mark])];
    const top = stage.scrollTop + ROW.axis;
    const bottom = stage.scrollTop + this.height;
    if (row.y < top) stage.scrollTop = row.y - ROW.axis;
    else if (row.y + row.height > bottom) stage.scrollTop = row.y + row.height - this.height;
  },

  // As much time as some events around a mark took, but not so much that it vanishes in it.
  closely(mark, length) {
    const { run } = this;
    const [before, after] = [Math.max(run.at[mark] - 20, 0), Math.min(run.until[mark] + 20, run.events - 1)];
    const around = (run.time[after] - run.time[before]) * 1.1;
    return Math.max(Math.min(around, Math.max(length * 400, 5e5)), length * 3, this.shortest);
  },

  select(mark, { closely = false, reveals = true } = {}) {
    this.selected = mark;
    if (mark !== NONE && reveals) this.reveal(mark, closely);
    tellSelected();
    changed();
  },

  setAxis(axis) {
    if (axis === "time" && !this.run.time) return;
    if (axis === this.axis) return;
    const [from, to] = [this.from, this.to].map((place) => Math.min(this.eventAt(place), this.run.events - 1));
    const wasAll = this.from <= this.least && this.to >= this.most;
    this.axis = axis;
    if (wasAll) this.fit();
    else this.set(this.place(from), this.place(to));
    if (this.selected !== NONE) this.reveal(this.selected);
    tellAxis();
    changed();
  },
};

// The selected event's neighbour on its lane, or the nearest on another.
function neighbour(mark, step) {
  const marks = view.run.onLane[view.run.lane[mark]];
  const at = first(0, marks.length, (nth) => marks[nth] >= mark) + step;
  return marks[Math.min(Math.max(at, 0), marks.length - 1)];
}

function nearest(lane, event) {
  const { run } = view;
  const marks = run.onLane[lane];
  const at = first(0, marks.length, (nth) => run.at[marks[nth]] >= event);
  const before = marks[at - 1];
  const after = marks[at];
  if (before === undefined) return after ?? NONE;
  if (after === undefined) return before;
  return event - run.at[before] <= run.at[after] - event ? before : after;
}

let isAsked = false;

// Something is to be drawn again: once, before the next frame.
function changed() {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    paint();
    paintOverview();
    fillTable();
  });
}
