// The scorecard: what each check came to, and its evidence to jump to.

const MARKS = { pass: ["✓", "passed"], fail: ["✗", "failed"], skipped: ["-", "not checked"], unknown: ["?", "cannot be told"] };

function buildChecks() {
  const { card } = DATA;
  if (!card) return;
  document.querySelector("main").classList.add("graded");
  const filled = element("div");
  filled.style.width = `${card.max_score ? card.score / card.max_score * 100 : 0}%`;
  const panel = $("checks");
  panel.hidden = false;
  panel.append(
    element("h2", { class: "score" }, `${card.score} of ${card.max_score} points`),
    element("div", { class: "bar", "aria-hidden": "true" }, filled),
    element("div", { class: "meta" }, card.submission),
    ...card.checks.map(checkOf),
    ...card.notes.map((note) => element("div", { class: "meta" }, `note: ${note}`)),
    element("div", { class: "meta" }, `again: ${card.again}`),
    element("div", { class: "meta" }, card.machine),
  );
}

function checkOf(check, nth) {
  const [sign, meaning] = MARKS[check.verdict];
  const repeats = check.repeats ? ` (passed ${check.repeats[0]} of ${check.repeats[1]})` : "";
  const line = (label, text, isCode = false) => !text ? null : element("p", {},
    label ? element("span", { class: "label" }, `${label} `) : null, isCode ? element("code", {}, text) : text);
  const run = DATA.runs.findIndex((run) => run.check === check.id);
  const proofs = element("ol", {}, ...check.evidence.map((proof, order) => {
    const inside = element("span", { class: "line" }, proof.text, element("span", { class: "site" }, proof.site));
    const go = button("", () => prove(nth, order), proof.text.slice(0, 600));
    go.append(element("span", { class: "nth" }, `${order + 1}`), inside);
    go.disabled = proof.run === null;
    return element("li", {}, go);
  }));
  const made = element("details", { class: `check ${check.verdict}`, open: check.verdict === "fail" && nth === firstFailed(), id: `check-${nth}` },
    element("summary", {},
      element("span", { class: "mark", title: meaning, "aria-label": meaning, role: "img" }, sign),
      element("span", { class: "points" }, `${check.max_points}`),
      element("span", { class: "claim" }, check.claim + repeats)),
    element("div", { class: "body" },
      line("", check.story), line("", check.why),
      check.evidence.length ? proofs : null,
      check.verdict === "fail" && run < 0 ? line("", "Of this check there is no recording.") : null,
      run >= 0 ? button("show the run", () => showRun(run)) : null,
      line("hint:", check.hint), line("read:", check.read, true), line("see:", check.see, true)));
  return made;
}

const firstFailed = () => DATA.card.checks.findIndex((check) => check.verdict === "fail");

// Shows an event that proves a check's failure.
function prove(check, order) {
  const proof = DATA.card.checks[check].evidence[order];
  if (!proof || proof.run === null) return;
  showRun(proof.run, check);
  const { run } = view;
  view.proof = run.evidence.findIndex((one) => one.check === check && one.number === order + 1);
  view.select(run.markOf[proof.event], { closely: true });
}

// The next proving event of this run, or the previous one.
function nextProof(step) {
  const { evidence } = view.run;
  if (!evidence.length) return;
  view.proof = view.proof === NONE && step < 0 ? evidence.length - 1 : (view.proof + step + evidence.length) % evidence.length;
  const { mark, check } = evidence[view.proof];
  point(check);
  view.select(mark, { closely: true });
}

// Marks a check as the one that is looked at.
function point(check) {
  for (const one of document.querySelectorAll(".check")) {
    const isCurrent = one.id === `check-${check}`;
    one.classList.toggle("current", isCurrent);
    if (!isCurrent) continue;
    one.open = true;
    one.scrollIntoView({ block: "nearest" });
  }
}
