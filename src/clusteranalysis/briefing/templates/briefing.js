"use strict";
// Answers for the reader who points at a mark or a number, and tables that sort. Without this
// script the page says the same: the figures are in the tables, the origins in the appendix.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const tip = document.createElement("div");
  tip.id = "tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);
  let owner = null;
  let leaving = 0;

  const words = (target) => {
    if (target.dataset.tip) return target.dataset.tip;
    const entry = document.getElementById(target.hash.slice(1));
    const [number, unit, known, formula, source] = [
      ...entry.querySelectorAll("[data-part]"),
    ].map((part) => part.textContent);
    return `${number} (${unit})\nKnown: ${known}\nComputed as: ${formula}\nFrom: ${source}`;
  };

  const place = () => {
    const at = owner.getBoundingClientRect();
    const wide = root.clientWidth;
    tip.style.maxWidth = `${Math.min(360, wide - 16)}px`;
    const size = tip.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left + at.width / 2 - size.width / 2, wide - size.width - 8));
    const above = at.top - size.height - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  };

  const hide = () => {
    clearTimeout(leaving);
    if (owner) owner.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  };

  const show = (target) => {
    clearTimeout(leaving);
    if (owner === target) return;
    hide();
    owner = target;
    tip.textContent = words(target);
    tip.hidden = false;
    // A mark's name already says what the box says.
    if (!target.dataset.tip) target.setAttribute("aria-describedby", "tip");
    place();
  };

  const told = (event) => event.target.closest && event.target.closest(".mark, .fact");
  document.addEventListener("pointerover", (event) => {
    const target = told(event);
    if (target && event.pointerType !== "touch") show(target);
    else if (tip.contains(event.target)) clearTimeout(leaving);
  });
  document.addEventListener("pointerout", (event) => {
    const left = told(event) || tip.contains(event.target);
    if (left && document.activeElement !== owner) {
      clearTimeout(leaving);
      leaving = setTimeout(hide, 200);
    }
  });
  document.addEventListener("focusin", (event) => {
    const target = told(event);
    if (target) show(target);
    else hide();
  });
  document.addEventListener("focusout", (event) => {
    if (told(event)) hide();
  });
  document.addEventListener("click", (event) => {
    const target = told(event);
    if (target && target.classList.contains("mark")) show(target);
    else if (!tip.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  addEventListener("scroll", () => owner && place(), { capture: true, passive: true });
  addEventListener("resize", hide);

  // One stop of the tab key a picture; the arrow keys go from mark to mark.
  for (const picture of document.querySelectorAll(".picture")) {
    const marks = [...picture.querySelectorAll(".mark")];
    marks.forEach((mark, index) => {
      mark.tabIndex = index ? -1 : 0;
      mark.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        const end = { Home: 0, End: marks.length - 1 }[event.key];
        const next = step ? (index + step + marks.length) % marks.length : end;
        if (next === undefined) return;
        event.preventDefault();
        mark.tabIndex = -1;
        marks[next].tabIndex = 0;
        marks[next].focus();
      });
    });
  }

  // A cell sorts by its data-value, else by its text; what is withheld stands last either way.
  const key = (row, column) => {
    const cell = row.cells[column];
    const value = cell.dataset.value;
    return value === undefined ? cell.textContent.trim() : value === "" ? null : Number(value);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") === "descending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = [...body.rows].sort((a, b) => {
          const [one, two] = [key(a, column), key(b, column)];
          if (one === null || two === null) return (one === null) - (two === null);
          const order = typeof one === "number" ? one - two : one.localeCompare(two, "en");
          return up ? order : -order;
        });
        body.append(...rows);
      });
    });
  }
})();
