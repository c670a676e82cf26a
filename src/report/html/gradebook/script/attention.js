// What needs somebody first: not graded, withheld, flaky, undecided, nobody's.

// Rows of a kind that are listed; the table of the class has all.
const LISTED = 12;

const NEEDS = [
  ["not-graded", "Not graded", "nothing may be taken for zero points"],
  ["withheld", "Withheld", "no number leaves the house before somebody has looked"],
  ["flaky", "Flaky", "a check passed in some of its repeats only"],
  ["open", "Undecided, but graded", "the policy says what that counts"],
  ["nobodys", "Nobody’s", "no student is known for it"],
];

function buildAttention() {
  const parts = NEEDS.map(([state, title, meaning]) => {
    const is = STATES.find(([id]) => id === state)[2];
    const all = [];
    for (let entry = 0; entry < COUNT; entry++) {
      // An undecided check is why it is withheld: said once.
      if (is(entry) && !(state === "open" && entries.state[entry] === STATE.withheld)) all.push(entry);
    }
    return all.length ? needOf(state, title, meaning, all) : null;
  }).filter(Boolean);
  $("needs").replaceChildren(...(parts.length ? parts : [element("p", {}, "Nobody: everything was graded and decided.")]));
}

function needOf(state, title, meaning, all) {
  const rows = all.slice(0, LISTED).map((entry) => element("li", {},
    element("a", { href: hrefOf(keyOf(entry)) }, calledOf(entry)),
    element("span", { class: "why" }, ` ${whyOf(entry)}`)));
  const more = all.length > LISTED ? button(`show all ${grouped(all.length)} in the table`, () => {
    filterBy({ state });
    location.hash = "#class";
  }) : null;
  return element("div", { class: "need" },
    element("h3", {}, `${title}: ${grouped(all.length)}`),
    element("p", { class: "hint" }, meaning),
    element("ul", {}, ...rows), more);
}
