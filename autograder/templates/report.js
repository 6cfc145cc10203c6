// Sorts and filters the report's tables. The page reads the same without it.
"use strict";

const compare = new Intl.Collator("en", { numeric: true }).compare;

function textOf(cell) {
  return cell.dataset.sort ?? cell.textContent.trim();
}

function sortBy(table, column, kind, descending) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({
    row,
    name: textOf(row.cells[0]),
    key: kind === "number" ? Number(textOf(row.cells[column])) : textOf(row.cells[column]),
  }));
  const byKey = kind === "number" ? (a, b) => a.key - b.key : (a, b) => compare(a.key, b.key);
  rows.sort((a, b) => (descending ? -1 : 1) * byKey(a, b) || compare(a.name, b.name));
  body.append(...rows.map(({ row }) => row));
}

function makeSortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  const sortable = headings.filter((heading) => heading.dataset.sort);
  for (const heading of sortable) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      for (const other of sortable) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sortBy(table, headings.indexOf(heading), heading.dataset.sort, descending);
    });
  }
}

function makeFilterable(form) {
  const table = document.getElementById(form.dataset.for);
  const rows = [...table.tBodies[0].rows].map((row) => ({
    row,
    name: row.cells[0].textContent.toLowerCase(),
    groups: row.dataset.groups.split(" "),
  }));
  const [name, group, shown] = form.querySelectorAll("input, select, [role=status]");
  const filter = () => {
    const wanted = name.value.trim().toLowerCase();
    let left = 0;
    for (const { row, name: of, groups } of rows) {
      row.hidden = !(of.includes(wanted) && (!group.value || groups.includes(group.value)));
      left += !row.hidden;
    }
    shown.textContent = `${left} of ${rows.length} ${form.dataset.noun} shown`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
}

document.documentElement.classList.add("scripted");
document.querySelectorAll("table.sortable").forEach(makeSortable);
document.querySelectorAll("form.filters").forEach(makeFilterable);
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
