// How the points are distributed.

const SVG = "http://www.w3.org/2000/svg";

function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const valueOf = (exact) => {
  const [above, below] = exact.split("/").map(Number);
  return below ? above / below : above;
};

function buildFigures() {
  const { summary } = DATA;
  const number = (value) => (value ? element("span", { title: value.exact === value.near ? "" : `exactly ${value.exact}` }, value.near) : "–");
  const all = [
    ["submissions", grouped(summary.submissions)], ["graded", grouped(summary.graded)],
    ["withheld", grouped(summary.withheld)], ["not graded", grouped(summary.not_graded)], ["absent", grouped(summary.absent)],
    ["mean", number(summary.mean)], ["median", number(summary.median)], ["least", number(summary.least)], ["most", number(summary.most)],
    ["of", near(DATA.out_of)],
  ];
  $("figures").append(...all.map(([what, value]) => element("div", {}, element("dt", {}, what), element("dd", {}, value))));
}

// The rows of a bar: from, to, how many, and whether it is the last.
const bins = DATA.bins.map(([from, to, count], nth) => ({ from, to, count, nth, isLast: nth === DATA.bins.length - 1 }));
const rangeOf = (bin) => [bin.nth ? valueOf(bin.from) : -Infinity, bin.isLast ? Infinity : valueOf(bin.to), bin.isLast, near(bin.from), near(bin.to)];
const spanOf = (bin) => `${near(bin.from)} to ${bin.isLast ? "" : "below "}${near(bin.to)}`;

function showBin(bin) {
  filterBy({ range: rangeOf(bin) });
  location.hash = "#class";
}

function buildBars() {
  if (!bins.length || !DATA.summary.graded) {
    $("bars").append(element("p", { class: "empty" }, "No points to show."));
    $("bars-details").hidden = true;
    return;
  }
  const [width, height, foot, gap] = [60 * bins.length, 300, 30, 8];
  const most = Math.max(...bins.map((bin) => bin.count), 1);
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${height + foot + 22}`, role: "img", "aria-label": `Histogram of points; most submissions, ${grouped(most)}, have ${spanOf(bins.find((bin) => bin.count === most))} points` });
  for (const bin of bins) {
    const tall = bin.count ? Math.max(bin.count / most * height, 2) : 0;
    const [x, y] = [bin.nth * 60 + gap / 2, 22 + height - tall];
    const bar = drawn("g", { class: "bar" }, drawn("title", {}, `${spanOf(bin)} points: ${plural(bin.count, "submission")}`),
      drawn("rect", { class: "room", x: bin.nth * 60, y: 0, width: 60, height: height + 22 }),
      drawn("rect", { class: "filled", x, y, width: 60 - gap, height: tall }),
      drawn("text", { x: x + (60 - gap) / 2, y: y - 6, "text-anchor": "middle" }, bin.count ? grouped(bin.count) : ""));
    bar.addEventListener("click", () => showBin(bin));
    picture.append(bar);
    if (nthIsLabelled(bin.nth)) picture.append(drawn("text", { class: "edge", x: bin.nth * 60, y: height + 22 + 22, "text-anchor": bin.nth ? "middle" : "start" }, near(bin.from)));
  }
  picture.append(drawn("line", { x1: 0, x2: width, y1: height + 22, y2: height + 22 }),
    drawn("text", { class: "edge", x: width, y: height + 22 + 22, "text-anchor": "end" }, near(bins.at(-1).to)));
  $("bars").append(picture);
  $("bars-table").append(sortedTable("Histogram of points", [
    { title: "From", by: (bin) => valueOf(bin.from), cell: (bin) => bin.from, isNumber: true },
    { title: "To", by: (bin) => valueOf(bin.to), cell: (bin) => (bin.isLast ? bin.to : `below ${bin.to}`), isNumber: true },
    { title: "Submissions", by: (bin) => bin.count, cell: (bin) => (bin.count ? button(grouped(bin.count), () => showBin(bin), `show those with ${spanOf(bin)} points`) : "0"), isNumber: true },
  ], bins));
}

// Not every edge has room for its number.
const nthIsLabelled = (nth) => nth % Math.ceil(bins.length / 10) === 0;
