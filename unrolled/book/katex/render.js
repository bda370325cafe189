// Reads one formula a line, as JSON, and answers each with one line: {"html": …} or {"error": …}.
"use strict";

const readline = require("node:readline");
const katex = require("katex");

function render({ tex, display, output }) {
  // Strict: what KaTeX would let pass with a warning, such as a letter it has no shape for, is a fault.
  const options = { displayMode: display, output, strict: "error" };
  try {
    return { html: katex.renderToString(tex, options) };
  } catch (error) {
    if (!(error instanceof katex.ParseError)) throw error;
    return { error: error.rawMessage };
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(`${JSON.stringify(render(JSON.parse(line)))}\n`);
});
