// Makes the quizzes of a page answer, and keeps the score in this browser alone.
// Without this script the questions and the folded key remain.
(() => {
  "use strict";
  const KEY = "unrolled.quiz.1";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const questions = all(".quiz-question");
  const record = (x) => (x instanceof Object ? x : {});

  // What is kept: {"tries": {"lstm_gates/one_step": 2}, "shuffle": true}.
  // 2 is right at the second try, -2 is two wrong tries so far.
  let memory = {};
  let refused = false; // the score then lives as long as the page

  function load() {
    let data;
    try {
      data = refused ? memory : JSON.parse(localStorage.getItem(KEY));
    } catch (error) {
      refused = !(error instanceof SyntaxError);
    }
    data = record(data); // whatever this script did not write counts as nothing
    return { ...data, tries: { ...record(data.tries) } };
  }

  function save(data) {
    memory = data;
    try {
      localStorage.setItem(KEY, JSON.stringify(data));
    } catch {
      refused = true;
    }
    refresh();
  }

  const triesOf = (data, id) => data.tries[id] | 0; // no number counts as none

  function refresh() {
    const data = load();
    all(".quiz-score-of").forEach((place) => {
      const tries = place.dataset.ids.split(" ").map((id) => triesOf(data, id));
      const right = tries.filter((n) => n > 0).length;
      const first = tries.filter((n) => n === 1).length;
      place.textContent = `${right} of ${tries.length} right, ${first} at the first try.`;
    });
    questions.forEach((question) => {
      const tries = triesOf(data, question.dataset.item);
      question.querySelector(".quiz-done").textContent =
        tries > 0 ? ", answered" : tries < 0 ? ", not yet right" : "";
    });
    all(".quiz-shuffle").forEach((box) => (box.checked = data.shuffle));
    all(".quiz-bar").forEach((bar) => (bar.hidden = false));
    all(".quiz-refused").forEach((note) => (note.hidden = !refused));
  }

  // Emptied first, so that a screen reader speaks the same words twice.
  function speak(region, ...words) {
    clearTimeout(region.waiting);
    region.replaceChildren();
    region.waiting = setTimeout(() => region.replaceChildren(...words), 20);
  }

  function make(tag, ...children) {
    const element = document.createElement(tag);
    element.append(...children);
    return element;
  }

  // The reason in the key, without the ids, which must stay unique.
  function reason(id, lead) {
    const copy = document.getElementById(id).cloneNode(true);
    [copy, ...all("[id]", copy)].forEach((element) => element.removeAttribute("id"));
    return lead ? make("div", make("strong", lead), copy) : copy;
  }

  // Each kind judges its question: `ask` where there is no answer yet, else the verdict and why.
  function judgeChoice(question) {
    const inputs = all("input", question);
    const chosen = inputs.filter((input) => input.checked);
    const ask = chosen.length ? "" : "Choose an answer first.";
    const isRight = (input) => "right" in input.dataset;
    const several = question.dataset.kind === "several";
    const why = chosen.map((input) => {
      const letter = question.querySelector(`[data-letter="${input.id}"]`).textContent;
      const lead = `${letter}, ${isRight(input) ? "right" : "wrong"}. `;
      return reason(input.dataset.says, several && lead);
    });
    if (several && inputs.some((input) => isRight(input) && !input.checked)) {
      why.push(make("p", "Something that is right is not chosen yet."));
    }
    const right = inputs.every((input) => input.checked === isRight(input));
    return { ask, right, partly: chosen.some(isRight), why };
  }

  function judgeNumber(question) {
    const text = question.querySelector("input").value.replace(/\s/g, "");
    const plain = text.replace("\u2212", "-").replace(",", ".");
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
    const ask = Number.isFinite(number) ? "" : "Write a number first, such as 0.5 or 2e-3.";
    const found = all(`[id^="${question.id}-"][data-low]`).find(
      ({ dataset }) => number >= dataset.low && number <= dataset.high,
    );
    const why = [reason(found ? found.id : `${question.id}-otherwise`)];
    if (text.includes(",")) why.unshift(make("p", `Read as ${number}.`));
    return { ask, right: Boolean(found?.dataset.right), why };
  }

  function judgeOrder(question) {
    const steps = all(".quiz-steps > li", question);
    const wrong = steps.findIndex((step, k) => Number(step.dataset.place) !== k);
    const right = wrong < 0;
    const why = steps
      .slice(0, right ? steps.length : wrong)
      .map((step) => reason(step.dataset.says, `${step.dataset.letter}. `));
    if (!right) why.unshift(make("p", `Right from the top so far: ${wrong} of ${steps.length}.`));
    why.unshift(reason(question.id + (right ? "-says" : "-otherwise")));
    return { right, partly: wrong > 0, why };
  }

  const judges = { number: judgeNumber, order: judgeOrder };

  function onward(question, right) {
    const following = question.nextElementSibling;
    if (following.matches(".quiz-next")) return following.cloneNode(true);
    const link = make("a", "Next question");
    link.href = `#${following.id}`;
    return right ? make("p", link) : "";
  }

  function check(question) {
    const judge = judges[question.dataset.kind] || judgeChoice;
    const { ask, right, partly, why } = judge(question);
    if (ask) return forget(question, make("strong", ask));
    question.classList.add(right ? "is-right" : "is-wrong");
    const verdict = right ? "Right." : partly ? "Partly right." : "Not right.";
    const again = right ? "" : make("p", "You can answer again.");
    const words = [make("strong", verdict), ...why, again, onward(question, right)];
    speak(question.querySelector(".quiz-status"), ...words);
    const data = load();
    const id = question.dataset.item;
    const tries = triesOf(data, id);
    // The same answer checked twice is one try, and what was once right stays right.
    if (tries <= 0 && !question.checked) {
      data.tries[id] = right ? 1 - tries : tries - 1;
      save(data);
    }
    question.checked = true;
  }

  // A reply to the answer before must not stand beside the new one.
  function forget(question, ...words) {
    question.checked = false;
    question.classList.remove("is-right", "is-wrong");
    speak(question.querySelector(".quiz-status"), ...words);
  }

  // The neighbour moves, not the step itself, so that the step's button keeps the focus.
  function move(question, button) {
    const step = button.closest("li");
    const up = button.dataset.move === "up";
    const other = up ? step.previousElementSibling : step.nextElementSibling;
    if (other) step[up ? "after" : "before"](other);
    const steps = [...step.parentElement.children];
    const place = steps.indexOf(step) + 1;
    forget(question, `${step.dataset.letter} is number ${place} of ${steps.length}.`);
  }

  // Options change places, and their letters here and in the key.
  function arrange(question, shuffled) {
    const options = [...question.options];
    for (let k = options.length - 1; shuffled && k > 0; k -= 1) {
      const other = Math.floor(Math.random() * (k + 1));
      [options[k], options[other]] = [options[other], options[k]];
    }
    options.forEach((option, k) => {
      const input = option.querySelector("input");
      question.querySelector(".quiz-check").before(option);
      const entry = document.getElementById(input.dataset.says).closest("li");
      entry.parentElement.append(entry);
      all(`[data-letter="${input.id}"]`).forEach((place) => (place.textContent = "ABCDEFGHIJ"[k]));
    });
  }

  function clear(button) {
    const data = load();
    if (button.cleared) {
      data.tries = { ...button.cleared, ...data.tries };
      button.cleared = null;
    } else {
      button.label = button.textContent;
      button.cleared = {};
      button.dataset.ids.split(" ").forEach((id) => {
        button.cleared[id] = triesOf(data, id);
        delete data.tries[id];
      });
      questions.forEach((question) => {
        all("input", question).forEach((input) => {
          input.checked = false;
          input.value = "";
        });
        forget(question);
      });
    }
    const note = button.closest(".quiz-bar").querySelector(".quiz-note");
    speak(note, button.cleared ? "Cleared." : "Put back.");
    button.textContent = button.cleared ? "Undo" : button.label;
    save(data);
  }

  questions.forEach((question) => {
    question.options = all(".quiz-option", question);
    all("[hidden]", question).forEach((button) => (button.hidden = false));
    question.addEventListener("click", ({ target }) => {
      if (target.matches(".quiz-check")) check(question);
      if (target.matches(".quiz-move")) move(question, target);
    });
    question.addEventListener("input", () => forget(question));
    question.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) check(question);
    });
  });
  all(".quiz-clear").forEach((button) => button.addEventListener("click", () => clear(button)));
  all(".quiz-shuffle").forEach((box) => {
    box.addEventListener("change", () => {
      questions.forEach((q) => arrange(q, box.checked));
      save({ ...load(), shuffle: box.checked });
    });
  });
  refresh();
  if (load().shuffle) questions.forEach((q) => arrange(q, true));
  addEventListener("storage", refresh); // another tab changed the score
  addEventListener("pageshow", refresh); // the way back to this page

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all(".quiz-key:not([open])");
    folded.forEach((key) => (key.open = true));
  });
  addEventListener("afterprint", () => folded.forEach((key) => (key.open = false)));
})();
