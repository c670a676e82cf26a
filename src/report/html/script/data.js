// What was recorded, as typed columns. Nothing here draws.

const DATA = JSON.parse(document.getElementById("data").textContent);
const KIND = { call: 0, fork: 1, exec: 2, signal: 3, stop: 4, end: 5, fault: 6, world: 7, note: 8 };
const FLAG = { failed: 1, injected: 2, open: 4, waited: 8 };

// From here on a call on the axis of time is shown as one that took a while, nanoseconds.
const LONG_NS = 1e6;

// Calls that do not return, and do not wait either.
const LAST = new Set(["exit", "exit_group"]);

const NONE = -1;
const word = (number) => DATA.strings[number];

// The first index at which `is(index)` holds, in a range in which it holds from some point on.
function first(from, to, is) {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (is(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

// A recording with what drawing it needs; made when it is shown for the first time.
class Run {
  constructor(raw, index) {
    this.raw = raw;
    this.index = index;
    this.events = raw.events;
    this.lanes = raw.lanes;
    this.at = Uint32Array.from(raw.marks.at);
    this.until = Uint32Array.from(raw.marks.until);
    this.lane = Uint32Array.from(raw.marks.lane);
    this.kind = Uint8Array.from(raw.marks.kind);
    this.flags = Uint8Array.from(raw.marks.flags);
    this.length = this.at.length;
    this.time = null;
    if (raw.times) {
      this.time = new Float64Array(raw.times.length);
      let now = 0;
      raw.times.forEach((delta, at) => { now += delta; this.time[at] = now; });
    }
    this.markOf = new Int32Array(this.events).fill(NONE);
    for (let mark = 0; mark < this.length; mark++) {
      this.markOf[this.at[mark]] = mark;
      if (this.until[mark] < this.events) this.markOf[this.until[mark]] = mark;
    }
    // A call that has not returned lasts to the end of its task, or of the recording.
    for (let mark = 0; mark < this.length; mark++) {
      if (!(this.flags[mark] & FLAG.open) || LAST.has(this.name(mark))) continue;
      const lane = this.lanes[this.lane[mark]];
      this.until[mark] = Math.max(this.at[mark], lane.end ? lane.to : this.events - 1);
    }
    this.onLane = this.lanes.map(() => []);
    for (let mark = 0; mark < this.length; mark++) this.onLane[this.lane[mark]].push(mark);
    this.onLane = this.onLane.map((marks) => Uint32Array.from(marks));
    // How far anything up to here reaches: what began before the window may still be in it.
    this.reach = this.onLane.map((marks) => {
      let far = 0;
      return Uint32Array.from(marks, (mark) => (far = Math.max(far, this.until[mark])));
    });
    // What must be seen also among thousands: calls that failed, and what is no call.
    const isBad = (mark) => this.kind[mark] === KIND.call && (this.flags[mark] & (FLAG.failed | FLAG.injected)) !== 0;
    this.bad = this.onLane.map((marks) => marks.filter(isBad));
    this.signs = this.onLane.map((marks) => marks.filter((mark) => this.kind[mark] !== KIND.call && this.kind[mark] !== KIND.note));
    this.arrowsOf = new Map();
    raw.arrows.forEach((arrow, nth) => {
      for (const end of [this.markOf[arrow[0]], this.markOf[arrow[1]]]) {
        if (!this.arrowsOf.has(end)) this.arrowsOf.set(end, []);
        this.arrowsOf.get(end).push(nth);
      }
    });
    this.usesOf = raw.descriptors.map(() => []);
    this.descriptorsOf = new Map();
    for (const [mark, descriptor] of raw.uses) {
      this.usesOf[descriptor].push(mark);
      if (!this.descriptorsOf.has(mark)) this.descriptorsOf.set(mark, []);
      this.descriptorsOf.get(mark).push(descriptor);
    }
    this.bornAt = new Map();
    raw.descriptors.forEach(({ lives }, nth) => lives.forEach((life) => {
      if (!this.bornAt.has(life.from)) this.bornAt.set(life.from, []);
      this.bornAt.get(life.from).push([nth, life]);
    }));
    // Proving events: which check, and which of its events.
    this.evidence = [];
    this.cited = new Map();
    (DATA.card ? DATA.card.checks : []).forEach((check, nth) => check.evidence.forEach((proof, order) => {
      if (proof.run !== index) return;
      const mark = this.markOf[proof.event];
      if (mark === NONE) return;
      this.evidence.push({ mark, check: nth, number: order + 1 });
      if (!this.cited.has(mark)) this.cited.set(mark, []);
      this.cited.get(mark).push({ check: nth, number: order + 1 });
    }));
    this.lines = null;
  }

  name(mark) { return word(this.raw.marks.name[mark]); }
  text(mark) { return word(this.raw.marks.text[mark]); }
  answer(mark) { return word(this.raw.marks.answer[mark]); }
  site(mark) { return word(this.raw.marks.site[mark]); }
  task(mark) { return this.lanes[this.lane[mark]].task; }

  // `2 cat`: a lane's name.
  who(lane) {
    const { task, name } = this.lanes[lane];
    if (task === null) return "outside";
    return name ? `${task} ${name}` : `${task}`;
  }

  // The event in one line, as the text form has it.
  line(mark) {
    const answer = this.answer(mark);
    return answer ? `${this.text(mark)} = ${answer}` : this.text(mark);
  }

  // Nanoseconds from entry to return; null where they were not noted.
  took(mark) {
    if (!this.time || this.kind[mark] !== KIND.call || this.flags[mark] & FLAG.open) return null;
    return this.time[this.until[mark]] - this.time[this.at[mark]];
  }

  // What is searched in; made once.
  writeLines() {
    if (this.lines) return;
    this.lines = new Array(this.length);
    for (let mark = 0; mark < this.length; mark++) {
      const task = this.task(mark);
      this.lines[mark] = `${task === null ? "*" : task} ${this.line(mark)}  ${this.site(mark)}`.toLowerCase();
    }
  }

  // Marks that have this text in them, in order.
  search(query) {
    const wanted = query.toLowerCase();
    this.writeLines();
    const found = [];
    for (let mark = 0; mark < this.length; mark++) if (this.lines[mark].includes(wanted)) found.push(mark);
    return Uint32Array.from(found);
  }
}

const RUNS = DATA.runs.map(() => null);
const runAt = (index) => (RUNS[index] ??= new Run(DATA.runs[index], index));

function duration(ns) {
  const [unit, by, places] = ns >= 1e9 ? ["s", 1e9, 3] : ns >= 1e6 ? ["ms", 1e6, 3] : ns >= 1e3 ? ["µs", 1e3, 1] : ["ns", 1, 0];
  return `${(ns / by).toFixed(places)} ${unit}`;
}
