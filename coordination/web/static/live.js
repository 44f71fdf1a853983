// Says when a page can't be renewed, so that nobody trusts an old list.
"use strict";
const DOWN = "Geen verbinding. Wat u ziet kan oud zijn. We proberen het steeds opnieuw.";

function say(text) {
  const line = document.getElementById("line");
  if (line && line.textContent !== text) line.textContent = text;
}

for (const name of ["htmx:sse:error", "htmx:error"]) {
  document.addEventListener(name, () => say(DOWN));
}
document.addEventListener("htmx:sse:after:connection", () => say(""));
document.addEventListener("htmx:response:error", (event) => {
  // The service answers for a moment with an error of its own; or one may no longer see this,
  // which the page itself says best.
  if (event.detail.ctx.response.status >= 500) say(DOWN);
  else window.location.reload();
});
window.addEventListener("offline", () => say(DOWN));
