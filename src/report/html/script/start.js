// Which run is shown, what the tools do, and the first picture.

function showRun(index, check = null) {
  const run = runAt(index);
  if (check === null && run.raw.check) check = DATA.card ? DATA.card.checks.findIndex((one) => one.id === run.raw.check) : null;
  if (check !== null) point(check);
  if (view.run === run) return;
  view.run = run;
  view.selected = view.proof = NONE;
  if (!run.time) view.axis = "order";
  rows.begin(run);
  $("run").value = index;
  $("by-time").disabled = !run.time;
  $("by-time").title = run.time ? "As much room as it took (a)" : "This recording has no times: two runs that did the same have the same recording";
  $("prove").hidden = !run.evidence.length;
  $("summary").textContent = run.raw.summary;
  $("story").hidden = !run.raw.story;
  $("story").textContent = run.raw.story;
  tellAxis();
  buildTable();
  stage.scrollTop = 0;
  query.value ? search() : tellMatches();
  tellSelected();
  view.fit();
  const wait = window.requestIdleCallback ?? ((then) => setTimeout(then, 300));
  wait(() => run.writeLines());
}

function tellAxis() {
  $("by-order").setAttribute("aria-pressed", view.axis === "order");
  $("by-time").setAttribute("aria-pressed", view.axis === "time");
}

// What a run is called in the list of runs.
function titleOf(run) {
  const check = DATA.card && DATA.card.checks.find((check) => check.id === run.check);
  if (!check) return run.story || DATA.title;
  const several = DATA.runs.filter((other) => other.check === run.check).length > 1;
  return `${MARKS[check.verdict][0]} ${check.claim}${several ? `, run ${run.number}` : ""}`;
}

// The signs, drawn with the same pens as the picture.
function paintLegend() {
  const target = $("legend");
  const own = target.getContext("2d");
  fitCanvas(target, own, 330, 300);
  own.fillStyle = ink.panel;
  own.fillRect(0, 0, 330, 300);
  const signs = [
    ["a call; colours are kinds of calls", (x, y) => bar(x, y, ink.file)],
    ["it took a while: others acted, or 1 ms passed", (x, y) => bar(x, y, hatch(ink.time))],
    ["it failed", (x, y) => { bar(x, y, ink.data); frameOf(x, y, ink.failed, []); crossOf(x + 27, y - 5, ink.failed); }],
    ["its answer was injected", (x, y) => { bar(x, y, ink.data); frameOf(x, y, ink.injected, [3, 2]); }],
    ["a signal is delivered", (x, y) => polygon([[x + 11, y - 6], [x + 21, y - 6], [x + 16, y + 4]], ink.signal)],
    ["a fault strikes", (x, y) => polygon([[x + 16, y - 8], [x + 22, y], [x + 16, y + 8], [x + 10, y]], ink.fault)],
    ["a task is started", (x, y) => { own.strokeStyle = ink.process; own.lineWidth = 2; own.beginPath(); own.arc(x + 16, y, 4, 0, 7); own.stroke(); }],
    ["a program begins", (x, y) => { polygon([[x + 13, y - 8], [x + 22, y - 4], [x + 13, y]], ink.process); own.fillRect(x + 12, y - 8, 1.5, 16); }],
    ["a task ends; with a cross: not with 0", (x, y) => { own.fillStyle = ink.ink; own.fillRect(x + 10, y - 8, 3, 16); crossOf(x + 20, y, ink.failed); }],
    ["evidence of a failed check", (x, y) => { frameOf(x, y, ink.evidence, []); own.fillStyle = ink.evidence; own.fillRect(x - 1, y - 13, 11, 11); own.fillStyle = ink.panel; own.font = "600 10px system-ui"; own.fillText("1", x + 2, y - 7); }],
    ["a match of the search", (x, y) => { own.fillStyle = ink.match; own.fillRect(x + 4, y, 20, 3); }],
  ];
  const bar = (x, y, colour) => { own.fillStyle = colour; own.fillRect(x, y - 7, 32, 14); };
  const frameOf = (x, y, colour, dash) => { own.strokeStyle = colour; own.lineWidth = 2; own.setLineDash(dash); own.strokeRect(x, y - 9, 32, 18); own.setLineDash([]); };
  const crossOf = (x, y, colour) => { own.strokeStyle = colour; own.lineWidth = 2; own.beginPath(); own.moveTo(x - 3, y - 3); own.lineTo(x + 3, y + 3); own.moveTo(x + 3, y - 3); own.lineTo(x - 3, y + 3); own.stroke(); };
  const polygon = (points, colour) => { own.fillStyle = colour; own.beginPath(); points.forEach(([x, y]) => own.lineTo(x, y)); own.fill(); };
  own.textBaseline = "middle";
  signs.forEach(([text, draw], nth) => {
    const y = 16 + nth * 26;
    draw(4, y);
    own.fillStyle = ink.ink;
    own.font = ink.plain;
    own.fillText(text, 48, y);
  });
}

$("by-order").addEventListener("click", () => view.setAxis("order"));
$("by-time").addEventListener("click", () => view.setAxis("time"));
$("in").addEventListener("click", () => EVERYWHERE["+"]());
$("out").addEventListener("click", () => EVERYWHERE["-"]());
$("fit").addEventListener("click", () => view.fit());
$("ask").addEventListener("click", openHelp);
$("prove").addEventListener("click", () => nextProof(1));
$("run").addEventListener("change", (event) => showRun(Number(event.target.value)));

DATA.runs.forEach((run, index) => $("run").append(element("option", { value: index }, titleOf(run))));
$("runs").hidden = DATA.runs.length < 2;
dip();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  dip();
  strip.key = "";
  changed();
});
new ResizeObserver(() => changed()).observe(stage);
new ResizeObserver(() => changed()).observe(frame);
buildChecks();
if (DATA.runs.length) {
  showRun(0);
  if (DATA.card && view.run.evidence.length) nextProof(1);
} else {
  $("picture").hidden = $("events").hidden = $("details").hidden = true;
  for (const tool of document.querySelectorAll(".tools > *")) tool.hidden = tool.id !== "ask";
}
