// Makes the quizzes of a page answer. Without this script the questions and the folded key remain.
(() => {
  "use strict";

  function check(question, status) {
    const chosen = question.querySelector("input:checked");
    const right = Boolean(chosen && "right" in chosen.dataset);
    question.classList.toggle("is-right", right);
    question.classList.toggle("is-wrong", Boolean(chosen) && !right);
    const verdict = document.createElement("strong");
    verdict.textContent = !chosen ? "Choose an answer first." : right ? "Right." : "Not right.";
    const reply = [verdict];
    if (chosen) {
      const reason = document.getElementById(chosen.dataset.says).cloneNode(true);
      reason.removeAttribute("id");
      reason.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
      reply.push(reason);
      if (!right) {
        reply.push("You can choose again.");
      }
    }
    // A live region speaks when its content changes: empty it first, so that the same reply twice
    // is spoken twice.
    status.replaceChildren();
    setTimeout(() => status.replaceChildren(...reply), 20);
  }

  document.querySelectorAll(".quiz-question").forEach((question) => {
    const button = question.querySelector(".quiz-check");
    const status = question.querySelector(".quiz-status");
    button.hidden = false;
    button.addEventListener("click", () => check(question, status));
    question.addEventListener("change", () => {
      // The reply belongs to the choice before: it must not stand beside the new one.
      question.classList.remove("is-right", "is-wrong");
      status.replaceChildren();
    });
    question.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.type === "radio") {
        event.preventDefault();
        check(question, status);
      }
    });
  });

  // Paper cannot be unfolded.
  const keys = document.querySelectorAll(".quiz-key");
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...keys].filter((key) => !key.open);
    folded.forEach((key) => (key.open = true));
  });
  addEventListener("afterprint", () => folded.forEach((key) => (key.open = false)));
})();
