"use strict";
// Everything here is a convenience: the page says all it has to say without it.
for (const drawing of document.querySelectorAll(".drawing > svg")) {
  const trace = (event) => {
    const box = event.target.closest(".box");
    const id = box && box.getAttribute("href").slice(1);
    drawing.classList.toggle("traced", Boolean(id));
    for (const line of drawing.querySelectorAll(".line")) {
      line.classList.toggle("on", [line.dataset.from, line.dataset.to].includes(id));
    }
  };
  for (const kind of ["mouseover", "focusin"]) drawing.addEventListener(kind, trace);
  for (const kind of ["mouseleave", "focusout"]) {
    drawing.addEventListener(kind, () => drawing.classList.remove("traced"));
  }
}

const filter = document.querySelector(".filter");
filter.hidden = false;
filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", () => {
  const wanted = filter.elements.text.value.trim().toLowerCase();
  const rows = [...document.querySelectorAll(".matrix tbody tr:not(.group)")];
  for (const row of rows) {
    const unfound = !row.cells[0].textContent.toLowerCase().includes(wanted);
    const kept = filter.elements.unkept.checked && row.matches(".kept-row");
    row.hidden = unfound || kept;
  }
  const shown = rows.filter((row) => !row.hidden).length;
  filter.querySelector("output").textContent = `${shown} of ${rows.length} rows`;
});
