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

  const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  document.querySelectorAll(".math-scroll").forEach((box) => watch.observe(box));
})();
