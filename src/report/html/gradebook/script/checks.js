// Checks, over the class: what is odd about them, and what they measured.

function buildItems() {
  if (!checks.length) {
    $("items").append(element("p", { class: "empty" }, "Nothing was graded."));
    return;
  }
  const who = (nth, count, ended) => (count
    ? button(grouped(count), () => {
      filterBy({ check: `${nth}`, ended });
      location.hash = "#class";
    }, `show who ${ENDED[ended][1]} ${checks[nth].id}`)
    : "0");
  const rows = checks.map((check, nth) => ({ ...check, nth }));
  const counted = (title, count, ended) => ({ title, by: (check) => check[count], cell: (check) => who(check.nth, ofEnding(check.nth, ended), ended), isNumber: true });
  $("items").append(sortedTable("Checks over the class", [
    { title: "Check", by: (check) => check.nth, class: "claims", cell: (check) => element("div", {}, element("code", {}, check.id), element("p", {}, check.claim)) },
    { title: "Of", by: (check) => valueOf(check.out_of), cell: (check) => check.out_of, isNumber: true },
    { title: "Earned", by: (check) => check.facility && valueOf(check.facility.exact), cell: (check) => (check.facility ? element("span", { title: `exactly ${check.facility.exact}` }, `${check.facility.near} %`) : "–"), isNumber: true },
    { title: "Tells", by: (check) => check.discrimination, cell: (check) => (check.discrimination === null ? "–" : check.discrimination.toFixed(2).replace("-", "−")), isNumber: true },
    counted("Passed", "passed", "p"), counted("Failed", "failed", "f"), counted("Undecided", "unknown", "u"), counted("Skipped", "skipped", "s"),
    { title: "Seen by", by: (check) => check.visibility, cell: (check) => seenBy(check.visibility) },
    { title: "Look at it", by: (check) => -check.alarms.length, cell: (check) => element("ul", { class: "alarms" }, ...check.alarms.map((alarm) => element("li", {}, `! ${alarm}`))) },
  ], rows));
}

// How many ended so: of what cannot be decided, whatever the reason.
const totals = checks.map(() => null);

function ofEnding(check, ended) {
  if (!totals[check]) {
    totals[check] = { p: 0, f: 0, s: 0, u: 0, ".": 0 };
    for (let entry = 0; entry < COUNT; entry++) totals[check][endedOf(entry, check)]++;
  }
  return totals[check][ended];
}

function seenBy(visibility) {
  return { visible: "learners", after_due_date: "learners, after the due date", after_published: "learners, when published", hidden: "instructors" }[visibility] ?? "";
}

function buildMeasures() {
  const parts = [];
  if (DATA.late) {
    const [count, median, most] = DATA.late;
    parts.push(element("p", {}, `${plural(count, "submission")} came late: by ${duration(median)} in the middle, by ${duration(most)} at most.`));
  }
  parts.push(element("p", { class: "hint" }, "A scorecard has no running times, since no verdict rests on the clock. These are the figures that checks noted, most of them where they failed."));
  const number = (title, of) => ({ title, by: (row) => row[of], cell: (row) => row[of].toLocaleString("en", { maximumFractionDigits: 3 }), isNumber: true });
  if (DATA.measures.length) {
    parts.push(sortedTable("Figures of checks over the class", [
      { title: "Check", by: (row) => checks[row.check].id },
      { title: "Figure", by: (row) => row.name },
      number("Submissions", "count"), number("Least", "least"), number("Median", "median"), number("90 % at most", "ninety"), number("Most", "most"),
    ], DATA.measures));
  } else parts.push(element("p", { class: "empty" }, "No check noted a figure."));
  $("measured").append(...parts);
}
