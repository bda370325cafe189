// A formula that is wider than the page scrolls in its box: by the keyboard, too, where it has to.
(() => {
  "use strict";

  function mark(box) {
    const wide = box.scrollWidth > box.clientWidth;
    for (const [name, value] of [["tabindex", 0], ["role", "group"], ["aria-label", "Wide formula"]]) {
      if (wide) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }

  const boxes = document.querySelectorAll(".math-scroll");
  const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  boxes.forEach((box) => watch.observe(box));
  // A font that arrives makes a formula wider, not its box.
  document.fonts.addEventListener("loadingdone", () => boxes.forEach(mark));
})();
