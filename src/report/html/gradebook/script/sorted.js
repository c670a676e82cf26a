// Tables of some hundred rows at most, sorted by a click on a heading.

// The heading of a column that sorts; `direction` is 1, -1 or 0.
function heading(title, direction, press, isNumber = false) {
  const sign = element("span", { class: "order", "aria-hidden": "true" }, direction > 0 ? "▲" : direction < 0 ? "▼" : "");
  const made = element("th", { scope: "col", class: isNumber ? "number" : "" }, element("button", { type: "button", onclick: press }, title, sign));
  if (direction) made.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
  return made;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// Smaller first; what is not there comes last whatever the direction.
function compared(one, other, direction) {
  const isNone = (value) => value === null || value === undefined || value === "";
  if (isNone(one) || isNone(other)) return isNone(one) - isNone(other);
  const order = typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other);
  return order * direction;
}

// `columns`: title, what a row is sorted by, what its cell holds, and whether that is a number.
function sortedTable(caption, columns, rows) {
  const body = element("tbody");
  const head = element("tr");
  const table = element("table", {}, element("caption", { class: "quiet" }, caption), element("thead", {}, head), body);
  let [by, direction] = [-1, 1];
  const fill = () => {
    head.replaceChildren(...columns.map((column, nth) => heading(column.title, nth === by ? direction : 0, () => press(nth), column.isNumber)));
    const order = rows.map((row, nth) => [row, nth]);
    if (by >= 0) order.sort(([one, nth], [other, mth]) => compared(columns[by].by(one), columns[by].by(other), direction) || nth - mth);
    body.replaceChildren(...order.map(([row]) => element("tr", {}, ...columns.map((column, nth) => {
      const cell = column.cell ? column.cell(row) : `${column.by(row) ?? ""}`;
      const properties = { class: [column.isNumber ? "number" : "", column.class ?? ""].join(" ").trim() };
      return nth === 0 ? element("th", { scope: "row", ...properties }, cell) : element("td", properties, cell);
    }))));
  };
  const press = (nth) => {
    [by, direction] = nth === by ? [by, -direction] : [nth, columns[nth].isNumber ? -1 : 1];
    fill();
    head.children[nth].querySelector("button").focus();
  };
  fill();
  return element("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": caption }, table);
}
