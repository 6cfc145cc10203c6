// Sorts and filters the tables of learners. The page reads the same without it.
"use strict";

const compare = new Intl.Collator("en", { numeric: true }).compare;

function sortBy(table, column, descending) {
  const key = (row) => row.cells[column].dataset.sort;
  const rows = [...table.tBodies[0].rows];
  const byName = (a, b) => compare(a.cells[0].dataset.sort, b.cells[0].dataset.sort);
  const byKey = column === 0 ? byName : (a, b) => Number(key(a)) - Number(key(b));
  rows.sort((a, b) => (descending ? -1 : 1) * byKey(a, b) || byName(a, b));
  table.tBodies[0].append(...rows);
}

function makeSortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    heading.querySelector("button").addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      for (const other of headings) other.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sortBy(table, column, descending);
    });
  });
}

function makeFilterable(form) {
  const rows = [...document.getElementById(form.dataset.for).tBodies[0].rows];
  const [name, group, shown] = form.querySelectorAll("input, select, [role=status]");
  const filter = () => {
    const wanted = name.value.trim().toLowerCase();
    for (const row of rows) {
      const named = row.cells[0].dataset.sort.toLowerCase().includes(wanted);
      row.hidden = !(named && (!group.value || row.dataset.groups.split(" ").includes(group.value)));
    }
    const left = rows.filter((row) => !row.hidden).length;
    shown.textContent = `${left} of ${rows.length} submissions shown`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
}

document.querySelectorAll("table.heat").forEach(makeSortable);
document.querySelectorAll("form.filters").forEach(makeFilterable);
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
