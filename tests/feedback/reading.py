"""What a page must offer to somebody who cannot see it as its maker does: found in the browser."""

from __future__ import annotations

from playwright.sync_api import Page

STRUCTURE = """
() => {
  const wrong = [];
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  const levels = headings.map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) wrong.push("not one h1");
  levels.forEach((level, i) => {
    if (i && level > levels[i - 1] + 1) wrong.push(`h${levels[i - 1]} is followed by h${level}`);
  });
  for (const name of ["main", "header", "footer"])
    if (document.querySelectorAll(`body > ${name}`).length !== 1) wrong.push(`not one ${name}`);
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title) wrong.push("no title");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id twice");
  for (const element of document.querySelectorAll("[aria-labelledby]"))
    for (const id of element.getAttribute("aria-labelledby").split(" "))
      if (!document.getElementById(id)) wrong.push(`no label ${id}`);
  for (const link of document.querySelectorAll("a[href^='#']"))
    if (!document.getElementById(link.hash.slice(1))) wrong.push(`no target ${link.hash}`);
  for (const cell of document.querySelectorAll("thead th"))
    if (cell.scope !== "col" && !cell.closest(".prose, .html")) wrong.push("th without scope");
  for (const image of document.querySelectorAll("img"))
    if (!image.alt) wrong.push("img without alt");
  for (const drawing of document.querySelectorAll("svg:not([aria-hidden])"))
    if (drawing.getAttribute("role") !== "img" || !drawing.getAttribute("aria-label"))
      wrong.push("svg without a description");
  for (const field of document.querySelectorAll("input, select"))
    if (!field.labels.length) wrong.push("a field without a label");
  return wrong;
}
"""

# Every visible piece of text against what stands behind it, by the formula of WCAG 2.2.
CONTRAST = """
() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const fillBehind = (text) => {
    const middle = text.getBoundingClientRect();
    const [x, y] = [middle.x + middle.width / 2, middle.y + middle.height / 2];
    const bar = [...text.ownerSVGElement.querySelectorAll("rect")].find((rect) => {
      const box = rect.getBoundingClientRect();
      return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
    });
    return bar ? parse(getComputedStyle(bar).fill) : behind(text.ownerSVGElement.parentElement);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, .unseen, title, desc, .skip")) continue;
    if (!element.checkVisibility()) continue;
    const drawn = element.tagName === "text";
    const style = getComputedStyle(element);
    const front = parse(drawn ? style.fill : style.color);
    const back = drawn ? fillBehind(element) : behind(element);
    const [a, b] = [light(front), light(back)].sort((one, other) => other - one);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)}: ${node.data.trim().slice(0, 40)}`);
  }
  return poor;
}
"""


def structural_faults(page: Page) -> list[str]:
    """What is missing for assistive technology: headings, landmarks, labels, scopes."""
    faults: list[str] = page.evaluate(STRUCTURE)
    return faults


def poor_contrasts(page: Page, theme: str) -> list[str]:
    """Texts with a contrast below 4.5 in a theme, ``"light"`` or ``"dark"``."""
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    poor: list[str] = page.evaluate(CONTRAST)
    return poor
