// What a reader can set in motion on a page: light and dark, search, sidebars, where one is, the way up.
// It stands in the place of the scripts of pydata-sphinx-theme 0.15 and sphinx-book-theme 1.1, and of
// Bootstrap, which take a phone half a second. Names of buttons are shown by the browser itself.
(() => {
  "use strict";
  const root = document.documentElement;
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // A browser that keeps no data refuses to be asked.
  function keep(storage, change) {
    try {
      return change(globalThis[storage]);
    } catch {
      return null;
    }
  }

  // Light, dark, or as the system is. The head of the page reads what is kept, before it is shown.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    const { mode } = root.dataset;
    const theme = mode === "light" || mode === "dark" ? mode : dark.matches ? "dark" : "light";
    if (root.dataset.theme !== theme) root.dataset.theme = theme;
  }
  function turn() {
    const modes = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    const mode = modes[(modes.indexOf(root.dataset.mode) + 1) % modes.length];
    root.dataset.mode = mode;
    paint();
    keep("localStorage", (kept) => {
      kept.mode = mode;
      kept.theme = mode; // the head of the page looks here, too
    });
  }
  dark.addEventListener("change", paint);
  all(".theme-switch-button").forEach((button) => button.addEventListener("click", turn));
  paint();

  // Search: a page has its field hidden behind a button, and the search page has one in view.
  const wrapper = find(".search-button__wrapper");
  const field = find("div:not(.search-button__search-container) > form.bd-search input") || find("form.bd-search input");
  const apple = navigator.platform.startsWith("Mac") || navigator.platform === "iPhone";
  function toggleSearch() {
    if (wrapper?.contains(field)) wrapper.classList.toggle("show");
    if (document.activeElement === field) return field.blur();
    field.focus();
    field.select();
    field.scrollIntoView({ block: "center" });
  }
  if (field) {
    if (apple) all(".search-button__kbd-shortcut .kbd-shortcut__modifier:first-child").forEach((key) => (key.textContent = "⌘"));
    all(".search-button__button, .search-button__overlay").forEach((part) => part.addEventListener("click", toggleSearch));
    addEventListener("keydown", (event) => {
      const { key, shiftKey, altKey, metaKey, ctrlKey } = event;
      const held = !shiftKey && !altKey && (apple ? metaKey && !ctrlKey : ctrlKey && !metaKey);
      const asked = held && key.toLowerCase() === "k";
      if (asked) event.preventDefault();
      if (asked || (key === "Escape" && document.activeElement === field)) toggleSearch();
    }, true);
  }

  // Each sidebar is shown by a box that is ticked; the button stands for the box.
  for (const name of ["primary", "secondary"]) {
    const box = find(`#pst-${name}-sidebar-checkbox`);
    const bar = find(`.bd-sidebar-${name}`);
    const button = find(`.${name}-toggle`);
    if (!box || !bar || !button) continue;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      box.checked = !box.checked;
      if (box.checked) setTimeout(() => bar.querySelector("a, button")?.focus(), 100);
    });
    bar.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      box.checked = false;
      button.focus();
    });
    box.addEventListener("change", () => box.checked || button.focus());
  }

  // The list of chapters stays where it was, or begins near the chapter that is open.
  const sidebar = find(".bd-docs-nav") && find("div.bd-sidebar");
  if (sidebar) {
    const before = parseInt(keep("sessionStorage", (kept) => kept["sidebar-scroll-top"]), 10);
    const here = [...sidebar.querySelectorAll(".active")].at(-1);
    requestAnimationFrame(() => {
      const below = here ? here.getBoundingClientRect().y : 0;
      if (before >= 0) sidebar.scrollTop = before;
      else if (below > innerHeight / 2) sidebar.scrollTop = below - sidebar.getBoundingClientRect().y - sidebar.clientHeight / 4;
    });
    addEventListener("pagehide", () => {
      keep("sessionStorage", (kept) => (kept["sidebar-scroll-top"] = sidebar.scrollTop));
    });
  }

  // The list of sections marks the last one whose head has come into the upper part of the screen.
  const links = new Map();
  for (const link of all(".bd-toc-nav a[href^='#']")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  const shown = new Set();
  const nav = find(".bd-toc-nav");
  const spy = new IntersectionObserver((entries) => {
    entries.forEach(({ target, isIntersecting }) => shown[isIntersecting ? "add" : "delete"](target));
    const last = [...links.keys()].filter((section) => shown.has(section)).at(-1);
    const active = new Set();
    for (let at = links.get(last); at && at !== nav; at = at.parentElement) if (at.matches("li")) active.add(at);
    nav.querySelectorAll("li").forEach((item) => {
      item.classList.toggle("active", active.has(item));
      item.querySelector(":scope > a")?.classList.toggle("active", active.has(item));
    });
  }, { rootMargin: "0px 0px -60%" });
  links.forEach((link, section) => spy.observe(section));

  // A place within the page is certain when all before it is laid out.
  addEventListener("click", ({ target }) => {
    if (target.closest("a[href^='#']")) root.classList.remove("from-the-top");
  }, true);
  addEventListener("hashchange", () => {
    if (!root.classList.contains("from-the-top")) return;
    root.classList.remove("from-the-top");
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  });

  // The way up is offered to who scrolls up; and the head of the page has a shadow when it has left the top.
  // Where the page has grown meanwhile, the browser has moved it, not the reader.
  const up = find("#pst-back-to-top");
  let place = 0;
  let length = 0;
  const measure = () => [place, length] = [scrollY, root.scrollHeight];
  requestAnimationFrame(measure); // when the page is to be laid out anyway
  up?.addEventListener("click", () => scrollTo(0, 0));
  addEventListener("scroll", () => {
    const display = scrollY < place && scrollY > 0 ? "block" : "none";
    const moved = length === root.scrollHeight || scrollY === 0;
    if (up && moved && up.style.display !== display) up.style.display = display;
    measure();
  }, { passive: true });
  const top = find(".sbt-scroll-pixel-helper");
  if (top) {
    new IntersectionObserver(([entry]) => {
      document.body.classList.toggle("scrolled", entry.boundingClientRect.y < 0);
    }).observe(top);
  }
})();
