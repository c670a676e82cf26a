// The whole run in one strip: how much happens where, what failed, what was found, and the window.

const overview = $("overview");
const thin = overview.getContext("2d");
const strip = { key: "", picture: document.createElement("canvas") };

function paintOverview() {
  const width = overview.clientWidth;
  const height = 44;
  fitCanvas(overview, thin, width, height);
  const { run } = view;
  if (!run) return;
  thin.fillStyle = ink.back;
  thin.fillRect(0, 0, width, height);
  const key = [run.index, view.axis, width, window.devicePixelRatio, ink.back].join(" ");
  if (strip.key !== key) {
    strip.key = key;
    paintStrip(width, height);
  }
  thin.drawImage(strip.picture, 0, 0, width, height);
  if (view.matches) paintMatches(width, height);
  const [left, right] = [view.from, view.to].map((place) => stripX(place, width));
  thin.fillStyle = ink.back;
  thin.globalAlpha = 0.62;
  thin.fillRect(0, 0, left, height);
  thin.fillRect(right, 0, width - right, height);
  thin.globalAlpha = 1;
  thin.strokeStyle = ink.accent;
  thin.lineWidth = 2;
  thin.strokeRect(left, 1, Math.max(right - left, 3), height - 2);
  if (view.selected !== NONE) {
    thin.fillStyle = ink.accent;
    thin.fillRect(stripX(view.begin(view.selected), width) - 1, 0, 2, height);
  }
}

const stripX = (place, width) => (place - view.least) / (view.most - view.least) * width;
const stripPlace = (x, width) => view.least + x / width * (view.most - view.least);

function paintMatches(width, height) {
  thin.fillStyle = ink.match;
  let last = NONE;
  for (const mark of view.matches) {
    const x = Math.floor(stripX(view.begin(mark), width));
    if (x > last) thin.fillRect(last = x, height - 4, 2, 4);
  }
}

// What does not change with the window is drawn once.
function paintStrip(width, height) {
  const { run } = view;
  const own = strip.picture.getContext("2d");
  fitCanvas(strip.picture, own, width, height);
  own.clearRect(0, 0, width, height);
  const failed = new Uint8Array(width + 1);
  const column = (mark) => Math.min(Math.max(Math.floor(stripX(view.begin(mark), width)), 0), width);
  // Each lane has its own line: where the work is.
  const lanes = run.lanes.length;
  const line = Math.min(Math.max((height - 14) / lanes, 0.5), 7);
  const wide = view.axis === "order" ? Math.min(Math.max(width / run.events * 0.8, 1), 4) : 1;
  const columns = run.lanes.map(() => new Uint8Array(width + 1));
  for (let mark = 0; mark < run.length; mark++) {
    const at = column(mark);
    columns[run.lane[mark]][at] = 1;
    if (run.flags[mark] & FLAG.failed) failed[at] = 1;
  }
  own.fillStyle = ink.other;
  columns.forEach((busy, lane) => {
    for (let x = 0; x <= width; x++) if (busy[x]) own.fillRect(x, 5 + lane * line, wide, Math.max(line - 1, 0.5));
  });
  own.fillStyle = ink.failed;
  for (let x = 0; x <= width; x++) if (failed[x]) own.fillRect(x, height - 8, 1.5, 4);
  own.fillStyle = ink.evidence;
  for (const { mark } of run.evidence) {
    const x = column(mark);
    own.fillRect(x - 1, 0, 3, height);
    own.beginPath();
    own.arc(x + 0.5, 4, 4, 0, 7);
    own.fill();
  }
}
