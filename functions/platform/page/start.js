"use strict";
// The document stands beside this page, whatever prefix both are behind.
SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.getElementById("reference"),
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  // Nothing is asked of anybody else, and tokens are forgotten with the page.
  validatorUrl: null,
  persistAuthorization: false,
  // What comes above has just pushed the problem away that the URL points to.
  onComplete: () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name && !name.startsWith("/") && document.getElementById(name);
    if (target) target.scrollIntoView();
  },
});
