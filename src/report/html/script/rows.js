// Rows from top to bottom: a lane for each task, then each process' descriptors under a heading.

const ROW = { lane: 28, head: 24, fd: 19, axis: 26 };

// More rows of descriptors than this begin folded, the first process' aside.
const OPEN_ROWS = 40;

const rows = {
  all: [],
  height: 0,
  folded: new Set(),
  ofLane: new Map(),
  ofDescriptor: new Map(),

  // Which groups begin folded.
  begin(run) {
    this.folded = new Set();
    let shown = 0;
    for (const [lane, own] of this.groups(run)) {
      shown += own.length;
      if (shown > OPEN_ROWS) this.folded.add(lane);
    }
    this.lay(run);
  },

  groups(run) {
    const groups = new Map();
    run.raw.descriptors.forEach((descriptor, nth) => {
      if (!groups.has(descriptor.lane)) groups.set(descriptor.lane, []);
      groups.get(descriptor.lane).push(nth);
    });
    return groups;
  },

  lay(run) {
    this.all = [];
    this.ofLane.clear();
    this.ofDescriptor.clear();
    let y = ROW.axis;
    const add = (row, height) => {
      this.all.push({ ...row, y, height });
      y += height;
    };
    run.lanes.forEach((_, lane) => {
      this.ofLane.set(lane, this.all.length);
      add({ kind: "lane", lane }, ROW.lane);
    });
    for (const [lane, own] of this.groups(run)) {
      const isFolded = this.folded.has(lane);
      const label = `descriptors of ${run.who(lane)} (${own.length})`;
      add({ kind: "head", lane, label, isFolded }, ROW.head);
      for (const nth of own) {
        this.ofDescriptor.set(nth, this.all.length);
        if (!isFolded) add({ kind: "fd", lane, descriptor: nth }, ROW.fd);
      }
    }
    this.height = y + 6;
    $("room").style.height = `${this.height}px`;
    // The picture need not be taller than what is in it.
    document.querySelector("main").style.setProperty("--tall", `${Math.max(this.height + 80, 180)}px`);
  },

  fold(run, lane) {
    if (!this.folded.delete(lane)) this.folded.add(lane);
    this.lay(run);
  },

  // The row at a height, if there is one.
  at(y) {
    const nth = first(0, this.all.length, (row) => this.all[row].y + this.all[row].height > y);
    const row = this.all[nth];
    return row && row.y <= y ? row : null;
  },

  // Rows between two heights.
  between(top, bottom) {
    const from = first(0, this.all.length, (row) => this.all[row].y + this.all[row].height > top);
    const to = first(from, this.all.length, (row) => this.all[row].y >= bottom);
    return this.all.slice(from, to);
  },
};
