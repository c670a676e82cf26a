// The selected event in words.

// More descriptors that an event brings are counted only.
const BORN_MAX = 12;

const WORDS = { 0: "call", 1: "new task", 2: "new program", 3: "signal", 4: "stop", 5: "end", 6: "fault", 7: "outside", 8: "note" };

function tellSelected() {
  const { run, selected } = view;
  const panel = $("details");
  if (selected === NONE) {
    panel.replaceChildren(
      element("h2", {}, "No event selected"),
      element("p", { class: "empty" }, "Click a mark, or press → in the picture. ? lists the keys."),
    );
    return;
  }
  const [at, until, flags] = [run.at[selected], run.until[selected], run.flags[selected]];
  const isCall = run.kind[selected] === KIND.call;
  const facts = [];
  const fact = (name, ...value) => facts.push(element("dt", {}, name), element("dd", {}, ...value));
  if (isCall) fact("answer", element("code", { class: flags & FLAG.failed ? "failed" : "" }, run.answer(selected)));
  const lane = run.lanes[run.lane[selected]];
  fact("task", `${run.who(run.lane[selected])}${lane.is_thread ? ", a thread" : ""}${lane.end ? `; ends: ${lane.end}` : ""}`);
  fact("events", isCall && !(flags & FLAG.open) ? `${at} to ${until} of ${run.events}` : `${at} of ${run.events}`);
  if (run.time) fact("time", `${duration(run.time[at])} after the first event`);
  const took = run.took(selected);
  if (took !== null) fact("took", `${duration(took)}, with what the tracer did meanwhile`);
  const notes = [];
  if (flags & FLAG.injected) notes.push("the answer was injected by a fault");
  if (flags & FLAG.open) notes.push("it had not returned");
  if (flags & FLAG.waited) notes.push(`${until - at - 1} other event${until - at === 2 ? "" : "s"} before it returned`);
  if (notes.length) fact("note", notes.join("; "));
  const site = run.site(selected);
  if (site) fact("made at", ...site.split(" < ").map((place) => element("div", { class: "site" }, place)));
  for (const nth of run.descriptorsOf.get(selected) ?? []) {
    const descriptor = run.raw.descriptors[nth];
    const life = descriptor.lives.find((life) => life.from <= at && (life.to === null || life.to >= at));
    if (life) fact(`descriptor ${descriptor.number}`, story(life));
  }
  const born = run.bornAt.get(until) ?? [];
  for (const [nth, life] of born.slice(0, BORN_MAX)) fact(`descriptor ${run.raw.descriptors[nth].number}`, story(life));
  if (born.length > BORN_MAX) fact("descriptors", `${born.length - BORN_MAX} more`);
  const links = element("div", { class: "links" });
  for (const other of across(selected)) {
    links.append(button(`${other.text} ${run.at[other.mark]}`, () => view.select(other.mark), run.line(other.mark)));
  }
  const cites = (run.cited.get(selected) ?? []).map(({ check, number }) => element("p", { class: "cites" },
    `Evidence ${number}: ${DATA.card.checks[check].claim}`));
  panel.replaceChildren(
    element("h2", {}, `${WORDS[run.kind[selected]]} ${isCall ? run.name(selected) : ""}`),
    ...cites,
    element("p", { class: "what" }, run.text(selected)),
    element("dl", {}, ...facts),
    links,
  );
  const cited = run.cited.has(selected) ? ` Evidence ${run.cited.get(selected)[0].number}.` : "";
  say(`Event ${at}, task ${run.who(run.lane[selected])}: ${run.line(selected)}.${cited}`);
}

function story(life) {
  const until = life.to === null ? "still open" : `until ${life.to} (${word(life.end)})`;
  return `${word(life.object)}: ${word(life.how)} at ${life.from}, ${until}`;
}

// Where one can go from an event: along arrows, to a child and back.
function across(mark) {
  const { run } = view;
  const ways = [];
  for (const nth of run.arrowsOf.get(mark) ?? []) {
    const [from, to] = run.raw.arrows[nth].slice(0, 2).map((event) => run.markOf[event]);
    ways.push(from === mark ? { mark: to, text: "delivered at" } : { mark: from, text: "sent at" });
  }
  run.lanes.forEach((lane, nth) => {
    const ofChild = run.onLane[nth];
    if (lane.parent === null || !ofChild.length) return;
    const fork = run.markOf[lane.from];
    if (fork === mark) ways.push({ mark: ofChild[0], text: "its first event" });
    if (ofChild[0] === mark) ways.push({ mark: fork, text: "started at" });
  });
  return ways;
}

function say(text) {
  $("say").textContent = text;
}
