"use strict";
const reference = document.getElementById("reference");
// What the URL points to on this page, if it is none of the reference's own places.
const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));

// The document stands beside this page, whatever prefix both are behind.
SwaggerUIBundle({
  url: "openapi.json",
  domNode: reference,
  // With it the reference takes every fragment for a place of its own, and writes it anew.
  deepLinking: !named,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  // Nothing is asked of anybody else, and tokens are forgotten with the page.
  validatorUrl: null,
  persistAuthorization: false,
});

// While the reference grows it pushes away what the URL points to; the page follows until the
// reader takes over.
if (named && named !== reference) {
  const following = new ResizeObserver(() => named.scrollIntoView());
  following.observe(reference);
  const stop = () => following.disconnect();
  for (const act of ["wheel", "touchstart", "pointerdown", "keydown", "hashchange"]) {
    addEventListener(act, stop, { once: true, passive: true });
  }
}
