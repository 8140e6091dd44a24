// SPDX-License-Identifier: EUPL-1.2
// Pages work without this. With it, a form changes its own part of the page, and focus is never lost when it does.
document.addEventListener("htmx:after:swap", (event) => {
  const { sourceElement, target } = event.detail.ctx;
  if (!target || target.id !== "content") return;
  const main = document.getElementById("content");
  const wanted = sourceElement.dataset.focus;
  const place = (wanted && main.querySelector(wanted)) || main.querySelector("[data-focus]") || main.querySelector("h1");
  place.focus();
});
