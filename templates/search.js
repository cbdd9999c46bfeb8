// Searches everything in the page: the data is a script, loaded when the box is first used.
(function () {
  "use strict";
  var box = document.getElementById("search");
  var hits = document.getElementById("hits");
  var root = document.body.getAttribute("data-root") || "";
  var entries = null;
  var isLoading = false;
  var most = 40;
  // Kinds in the order of the list.
  var kinds = ["indicator", "rule", "technique", "table", "column"];

  function load() {
    if (entries || isLoading) { return; }
    isLoading = true;
    var script = document.createElement("script");
    script.src = root + "search-data.js";
    script.onload = function () {
      entries = window.kqliftSearchData.map(function (entry) {
        return { kind: entry[0], title: entry[1], href: entry[2], more: entry[3], name: entry[1].toLowerCase(), text: (entry[1] + "\n" + entry[3]).toLowerCase() };
      });
      show();
    };
    document.head.appendChild(script);
  }

  function rank(entry, query) {
    if (entry.name === query) { return 0; }
    if (entry.name.indexOf(query) === 0) { return 1; }
    if (entry.name.indexOf(query) > 0) { return 2; }
    return 3;
  }

  function find(query) {
    var words = query.split(/\s+/).filter(Boolean);
    var found = entries.filter(function (entry) {
      return entry.text.indexOf(query) >= 0 || words.every(function (word) { return entry.text.indexOf(word) >= 0; });
    });
    found.forEach(function (entry) { entry.rank = rank(entry, query); });
    found.sort(function (a, b) {
      return a.rank - b.rank || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    });
    return found;
  }

  function element(name, text, className) {
    var node = document.createElement(name);
    if (text) { node.textContent = text; }
    if (className) { node.className = className; }
    return node;
  }

  function list(kind, found) {
    var section = element("section");
    section.appendChild(element("h2", kind + "s (" + found.length + ")"));
    var items = element("ul");
    found.slice(0, most).forEach(function (entry) {
      var item = element("li");
      var link = element("a", entry.title);
      link.href = root + entry.href;
      item.appendChild(link);
      if (kind === "indicator") { item.appendChild(element("span", " " + entry.more, "more")); }
      items.appendChild(item);
    });
    if (found.length > most) { items.appendChild(element("li", "and " + (found.length - most) + " more", "more")); }
    section.appendChild(items);
    return section;
  }

  function show() {
    var query = box.value.trim().toLowerCase();
    hits.textContent = "";
    hits.hidden = query.length < 2;
    if (hits.hidden) { return; }
    if (!entries) {
      hits.appendChild(element("p", "Loading…"));
      return;
    }
    var found = find(query);
    if (found.length === 0) { hits.appendChild(element("p", "Nothing has " + box.value.trim() + ".")); }
    kinds.forEach(function (kind) {
      var of = found.filter(function (entry) { return entry.kind === kind; });
      if (of.length > 0) { hits.appendChild(list(kind, of)); }
    });
  }

  // An address that somebody has typed may hold a lone percent sign.
  function decoded(text) {
    try { return decodeURIComponent(text); } catch (error) { return text; }
  }

  // `index.html#search=word` is a search that can be kept as a bookmark.
  function fromAddress() {
    var match = /^#search=(.*)$/.exec(location.hash);
    if (match) {
      box.value = decoded(match[1].replace(/\+/g, " "));
      load();
      show();
    }
  }
  window.addEventListener("hashchange", fromAddress);
  fromAddress();

  box.addEventListener("focus", load);
  box.addEventListener("input", function () { load(); show(); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !hits.hidden) {
      box.value = "";
      show();
      box.focus();
    }
    if (event.key === "/" && document.activeElement !== box) {
      event.preventDefault();
      box.focus();
    }
  });
})();
