// Light and dark: what the system says, unless the button has said otherwise.
(function () {
  "use strict";
  var root = document.documentElement;
  var key = "kqlift-theme";
  function stored() {
    try { return localStorage.getItem(key); } catch (error) { return null; }
  }
  function store(value) {
    try {
      if (value) { localStorage.setItem(key, value); } else { localStorage.removeItem(key); }
    } catch (error) { /* Pages from files may have no storage: the choice then lasts as long as the page. */ }
  }
  function apply(value) {
    if (value === "light" || value === "dark") { root.setAttribute("data-theme", value); } else { root.removeAttribute("data-theme"); }
  }
  apply(stored());
  document.addEventListener("DOMContentLoaded", function () {
    var button = document.querySelector("button.theme");
    if (!button) { return; }
    var order = ["system", "light", "dark"];
    function current() { return root.getAttribute("data-theme") || "system"; }
    function label() { button.textContent = "Theme: " + current(); }
    button.hidden = false;
    label();
    button.addEventListener("click", function () {
      var next = order[(order.indexOf(current()) + 1) % order.length];
      apply(next);
      store(next === "system" ? null : next);
      label();
    });
  });
})();
