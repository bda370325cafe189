// Fills in the certificate when every chapter has its mark. What is typed stays on the page.
(() => {
  "use strict";
  const find = (name) => document.querySelector(`.certificate${name}`);
  const sheet = find("");
  const form = find("-form");
  const name = form.querySelector("input");
  const inWords = (day) =>
    new Date(`${day}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

  function show() {
    const { done } = unrolledProgress();
    const chapters = [...sheet.querySelectorAll("li")];
    const missing = chapters.filter(({ dataset }) => !done[dataset.page]);
    chapters.forEach((chapter) => {
      const day = done[chapter.dataset.page];
      chapter.querySelector(".certificate-date").textContent = day ? `, ${inWords(day)}` : ", not yet finished";
    });
    const whole = !missing.length;
    const count = `${chapters.length - missing.length} of ${chapters.length} chapters are finished. `;
    find("-state").textContent = count + (whole ? "" : "The certificate can be printed when all are.");
    form.hidden = !whole;
    sheet.classList.toggle("is-whole", whole);
    const last = Object.values(done).sort().at(-1);
    find("-day").textContent = whole ? `Finished on ${inWords(last)}.` : "";
    find("-name").textContent = name.value.trim();
  }

  name.addEventListener("input", show);
  form.querySelector("button").addEventListener("click", () => print());
  show();
  addEventListener("storage", show);
  addEventListener("pageshow", show);
})();
