// The class, as columns; what a student's page or a pair needs is unpacked when one asks for it.

const DATA = JSON.parse($("data").textContent);
const { entries, checks } = DATA;
const COUNT = entries.key.length;
const STATE = { graded: 0, withheld: 1, notGraded: 2 };
const FLAG = { flaky: 1, open: 2, decided: 4, nobodys: 8 };
const LATE = { inTime: -1, late: -2, unknown: -3 };

// How a check ended: its sign, its word, and the class of both.
const ENDED = {
  p: ["✓", "passed", "pass"],
  f: ["✗", "failed", "fail"],
  s: ["–", "skipped", "skipped"],
  u: ["?", "undecided", "unknown"],
  ".": ["·", "no such check", "none"],
};

const word = (number) => DATA.strings[number];
const grouped = (number) => number.toLocaleString("en");
const plural = (count, one, many = `${one}s`) => `${grouped(count)} ${count === 1 ? one : many}`;

const keyOf = (entry) => word(entries.key[entry]);
const nameOf = (entry) => word(entries.name[entry]);
const idOf = (entry) => word(entries.id[entry]);
const pointsOf = (entry) => word(entries.points[entry]);
const whyOf = (entry) => word(entries.why[entry]);
const has = (entry, flag) => (entries.flags[entry] & flag) !== 0;
const endedOf = (entry, check) => DATA.verdicts[entry * checks.length + check];
const endingsOf = (entry) => DATA.verdicts.slice(entry * checks.length, (entry + 1) * checks.length);
const hrefOf = (key) => `#student/${encodeURIComponent(key)}`;

// What a person is called in a sentence.
const calledOf = (entry) => nameOf(entry) || idOf(entry) || keyOf(entry);

const failedOf = (() => {
  const failed = new Uint16Array(COUNT);
  for (let entry = 0, at = 0; entry < COUNT; entry++) {
    for (let check = 0; check < checks.length; check++, at++) if (DATA.verdicts[at] === "f") failed[entry]++;
  }
  return (entry) => failed[entry];
})();

function stateOf(entry) {
  switch (entries.state[entry]) {
    case STATE.notGraded: return "not graded";
    case STATE.withheld: return "withheld";
    default:
      if (has(entry, FLAG.flaky)) return "graded, flaky";
      return has(entry, FLAG.open) ? "graded, undecided" : "graded";
  }
}

function lateOf(entry) {
  const minutes = entries.late[entry];
  if (minutes === LATE.unknown) return "";
  if (minutes === LATE.inTime) return "in time";
  return minutes === LATE.late ? "late" : `late by ${duration(minutes)}`;
}

function duration(minutes) {
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  const parts = [[days, "d"], [hours, "h"], [minutes % 60, "min"]].filter(([count]) => count > 0);
  return parts.slice(0, 2).map(([count, unit]) => `${grouped(count)} ${unit}`).join(" ") || "0 min";
}

// Points at most two places long; exactly, where there is room.
function near(exact) {
  if (!exact.includes("/")) return exact;
  const [above, below] = exact.split("/").map(Number);
  return `≈ ${(above / below).toFixed(2)}`;
}

const ENTRY_OF = new Map();
for (let entry = COUNT - 1; entry >= 0; entry--) ENTRY_OF.set(keyOf(entry), entry);

// What is in a block of the page; null if the page does not have it.
const opened = new Map();

function unpack(id) {
  if (!opened.has(id)) opened.set(id, unpackNow(id));
  return opened.get(id);
}

async function unpackNow(id) {
  const block = $(id);
  if (!block) return null;
  if (!window.DecompressionStream) throw new Error("this browser cannot unpack it: it has no DecompressionStream");
  const bytes = Uint8Array.from(atob(block.textContent), (one) => one.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}
