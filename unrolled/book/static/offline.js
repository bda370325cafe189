// Keeps the site on the reader's device and lets it be installed. Nothing happens on file://, where
// the book is on the device already, nor for a reader who asks the browser to save data.
(() => {
  "use strict";
  if (!location.protocol.startsWith("http") || !navigator.serviceWorker) return;
  const root = new URL(document.documentElement.dataset.content_root, location);
  const manifest = document.createElement("link");
  manifest.rel = "manifest";
  manifest.href = new URL("manifest.webmanifest", root);
  document.head.append(manifest);
  if (navigator.connection?.saveData) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register(new URL("service-worker.js", root)).catch(() => {});
  });
})();
