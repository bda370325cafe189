// Keeps which chapters a reader has finished, in this browser alone, and shows it in the list of chapters.
(() => {
  "use strict";
  const KEY = "unrolled.progress.1"; // {"done": {"chapters/bptt": "2026-01-31"}}
  const record = (x) => (x instanceof Object ? x : {});
  let memory = {};
  let refused = false; // the marks then live as long as the page

  function load() {
    try {
      if (!refused) memory = JSON.parse(localStorage.getItem(KEY));
    } catch (error) {
      refused = !(error instanceof SyntaxError);
    }
    const data = record(memory); // whatever this script did not write counts as nothing
    return { ...data, done: { ...record(data.done) } };
  }

  function save(data) {
    memory = data;
    try {
      localStorage.setItem(KEY, JSON.stringify(data));
    } catch {
      refused = true;
    }
  }

  const root = new URL(document.documentElement.dataset.content_root, location).pathname;
  const nameOf = (link) => link.pathname.slice(root.length).replace(/\.html$/, "");

  function signs(done) {
    document.querySelectorAll(".bd-links a.internal").forEach((link) => {
      link.querySelector(".chapter-sign")?.remove();
      if (!done[nameOf(link)]) return;
      const sign = document.createElement("span");
      sign.className = "chapter-sign";
      sign.innerHTML = '<span aria-hidden="true"> ✓</span><span class="visually-hidden">, finished</span>';
      link.append(sign);
    });
  }

  const block = document.querySelector(".chapter-mark");
  const box = block?.querySelector("input");

  function show() {
    const { done } = load();
    signs(done);
    if (!block) return;
    const { page, chapters, certificate } = block.dataset;
    const names = chapters.split(" ");
    const count = names.filter((name) => done[name]).length;
    const status = block.querySelector("[role=status]");
    box.checked = Boolean(done[page]);
    block.hidden = false;
    status.textContent = `${count} of ${names.length} chapters finished. `;
    if (refused) status.append("This browser keeps no data here: the mark ends when you leave the page.");
    if (certificate && count === names.length) {
      const link = document.createElement("a");
      link.href = certificate;
      link.textContent = "Print your certificate";
      status.append(link);
    }
  }

  box?.addEventListener("change", () => {
    const data = load();
    const now = new Date();
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
    if (box.checked) data.done[block.dataset.page] = day.map((n) => `${n}`.padStart(2, "0")).join("-");
    else delete data.done[block.dataset.page];
    save(data);
    show();
  });
  show();
  addEventListener("storage", show); // another tab set a mark
  addEventListener("pageshow", show); // the way back to this page
  globalThis.unrolledProgress = load;
})();
