// A box whose content is wider than it scrolls: by the keyboard, too, where it has to. Boxes on the
// screen are measured, and all when a reader goes on with Tab: to measure all at once, or those that
// are not laid out yet, holds up the page.
(() => {
  "use strict";
  const KINDS = "pre, .cell_output > .output, .jp-RenderedHTMLCommon, .math-scroll";
  const FORMULA = { role: "group", "aria-label": "Wide formula" };

  function mark(boxes) {
    const formulas = boxes.map((box) => box.matches(".math-scroll")); // which scroll to the side alone
    const wide = boxes.map(
      (box, k) => box.scrollWidth > box.clientWidth || (!formulas[k] && box.scrollHeight > box.clientHeight),
    );
    boxes.forEach((box, k) => {
      const formula = formulas[k];
      for (const [name, value] of Object.entries({ tabindex: 0, ...(formula && FORMULA) })) {
        if (wide[k]) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    });
  }

  const boxes = () => [...document.querySelectorAll(KINDS)];
  const screen = new IntersectionObserver((entries) => {
    mark(entries.filter((entry) => entry.isIntersecting).map(({ target }) => target));
  });
  function look() {
    screen.disconnect();
    boxes().forEach((box) => screen.observe(box));
  }

  look();
  addEventListener("resize", look);
  // A font that arrives makes a formula wider, not its box.
  document.fonts.addEventListener("loadingdone", look);
  addEventListener("keydown", ({ key }) => key === "Tab" && mark(boxes()), true);
})();
