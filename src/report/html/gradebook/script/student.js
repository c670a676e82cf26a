// A submission's page: whose it is, what it counts, and each check with its proof.

// A check's words in front of its texts.
const line = (label, text, isCode = false) => (!text ? null : element("p", { class: "said" },
  label ? element("span", { class: "label" }, `${label} `) : null, isCode ? element("code", {}, text) : text));

// How often somebody has asked for another view.
let asked = 0;

async function showStudent(key) {
  const mine = ++asked;
  const entry = ENTRY_OF.get(key);
  const page = $("student");
  const title = element("h2", { tabIndex: -1 }, entry === undefined ? `There is no submission ${key}` : calledOf(entry));
  page.replaceChildren(wayBack(entry), title);
  title.focus({ preventScroll: true });
  if (entry === undefined) return;
  document.title = `${calledOf(entry)} – ${$("summary").previousElementSibling.textContent}`;
  const [block, nth] = [Math.floor(entry / DATA.in_a_block), entry % DATA.in_a_block];
  let found;
  try {
    found = await unpack(`students-${block}`);
  } catch (error) {
    page.append(element("p", { class: "note" }, `The page of this submission could not be opened: ${error.message}.`));
    return;
  }
  // Somebody may have gone on meanwhile.
  if (mine !== asked) return;
  page.append(...parts(entry, found && found.entries[nth], found && ((check) => withTexts(found.findings[check], found.strings))).filter(Boolean));
}

// A check with its texts in the place of their numbers.
function withTexts(check, strings) {
  const made = { ...check };
  for (const text of ["id", "claim", "story", "why", "hint", "read", "see"]) made[text] = strings[check[text]];
  made.figures = check.figures.map(([name, value]) => [strings[name], value]);
  made.evidence = check.evidence.map(([run, event, text, site, place]) => ({ run, event, text: strings[text], site: strings[site], function: strings[place] }));
  return made;
}

function wayBack(entry) {
  const place = entry === undefined ? -1 : shown.order.indexOf(entry);
  const to = (nth, text) => {
    const other = place >= 0 ? shown.order[nth] : undefined;
    return other === undefined ? element("span", { class: "off" }, text) : element("a", { href: hrefOf(keyOf(other)) }, text);
  };
  return element("nav", { class: "way", "aria-label": "Submissions" },
    element("a", { href: "#class" }, "all submissions"), to(place - 1, "← previous"), to(place + 1, "next →"),
    place >= 0 ? element("span", { class: "off" }, `${grouped(place + 1)} of ${grouped(shown.order.length)}`) : null);
}

function parts(entry, page, finding) {
  const made = [summaryOf(entry, page && page.graded)];
  if (!page) {
    made.push(element("p", { class: "note" }, "What was found out about this submission is not on this page, which would have become too large: see its feedback file."));
    return made;
  }
  made.push(peopleOf(entry, page));
  const notes = [...page.notes, ...(page.graded ? page.graded.notes : [])];
  if (notes.length) made.push(element("h3", {}, "Notes"), element("ul", { class: "notes" }, ...notes.map((note) => element("li", {}, note))));
  made.push(...alikeOf(keyOf(entry)));
  if (!page.graded) return made;
  const all = page.graded.checks.map(finding);
  const rank = { f: 0, u: 1, s: 2, p: 3 };
  made.push(element("h3", {}, "Checks"), ...all.map((check) => checkOf(check, rank[check.sign] < 3)));
  made.push(element("h3", {}, "Again"), line("", page.graded.again, true), line("", `${page.graded.submission}: ${page.graded.title}`), line("", page.graded.machine));
  return made;
}

function summaryOf(entry, card) {
  const state = entries.state[entry];
  const points = state === STATE.graded ? `${pointsOf(entry)} of ${card ? card.out_of : DATA.out_of} points` : stateOf(entry);
  const steps = card ? card.steps.map(([why, from, to]) => element("li", {}, `${why}: ${from} → ${to}`)) : [];
  const isOff = state === STATE.graded && pointsOf(entry).includes("/");
  return element("div", { class: "result" },
    element("p", { class: "score" }, points, isOff ? element("span", { class: "soft" }, ` (${near(pointsOf(entry))})`) : null),
    whyOf(entry) ? element("p", { class: "note" }, card && card.withheld ? card.withheld : whyOf(entry)) : null,
    steps.length ? element("ol", { class: "steps" }, ...steps) : null,
    checks.length && state !== STATE.notGraded ? element("p", { class: "signs", "aria-hidden": "true" }, ...signsOf(entry)) : null);
}

function peopleOf(entry, page) {
  const pairs = [["submission", keyOf(entry)], ...(page.group ? [["group", page.group]] : []), ...(lateOf(entry) ? [["handed in", lateOf(entry)]] : [])];
  if (page.because) pairs.push(["not graded, because", page.because]);
  const all = [...pairs, ...page.people.flatMap((names) => names)];
  return element("dl", { class: "people" }, ...all.flatMap(([what, name]) => [element("dt", {}, what), element("dd", {}, name)]));
}

function checkOf(check, isOpen) {
  const [sign, meaning, kind] = ENDED[check.sign];
  const marks = [
    check.repeats && check.repeats[0] > 0 && check.repeats[0] < check.repeats[1] ? `flaky: passed ${check.repeats[0]} of ${check.repeats[1]}` : "",
    check.visibility === "visible" ? "" : `seen by ${seenBy(check.visibility)}`,
  ].filter(Boolean);
  const proofs = check.evidence.map((proof) => element("li", {},
    element("span", { class: "site" }, [proof.site, proof.function && proof.site ? `(${proof.function})` : ""].filter(Boolean).join(" ") || " "),
    element("code", {}, proof.text),
    element("span", { class: "when" }, `run ${proof.run}, event ${grouped(proof.event)}`)));
  const decided = check.decided && `${check.decided[2]} on ${check.decided[3]}: ${check.decided[0]} points, because ${check.decided[1]} (the program: ${check.decided[4]})`;
  const body = [
    line("decided by", decided), line("done:", check.story), line(check.sign === "f" ? "seen:" : "why:", check.why),
    proofs.length ? element("ol", { class: "proofs" }, ...proofs) : null,
    check.more ? line("", `… and ${plural(check.more, "more event")}; the scorecard’s JSON has all.`) : null,
    line("hint:", check.hint), line("read:", check.read, true), line("see:", check.see, true),
    check.figures.length ? line("figures:", check.figures.map(([name, value]) => `${name} ${value}`).join(", ")) : null,
  ];
  return element("details", { class: `check ${kind}`, open: isOpen },
    element("summary", {},
      element("span", { class: "mark", "aria-hidden": "true" }, sign),
      element("span", { class: "earned" }, `${check.points} of ${check.out_of}`),
      element("span", { class: "claim" }, element("span", { class: "quiet" }, `${meaning}: `), check.claim,
        ...marks.map((mark) => element("span", { class: "tag" }, mark)))),
    element("div", { class: "body" }, element("p", { class: "id" }, element("code", {}, check.id)), ...body));
}
