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

// No answer, or one that tells of a fault of ours: the form stands as it is, and the page says so.
for (const missing of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(missing, (event) => {
    const { response, target } = event.detail.ctx ?? {};
    if (target?.id !== "content" || response?.status < 500) return;
    const told = document.getElementById("no-answer");
    told.hidden = false;
    told.focus();
  });
}

// A menu closes by Escape, and when one goes on elsewhere. Without this it closes by its own button.
const closeMenus = (keep) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(keep)) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement.closest("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
