"""The site's search: an index in a script file, because pages on disk can load nothing else, and the script that uses
it.

    var backchannelIndex = {"pages": [["sessions/01-….html", "Who owns the rain?"], …],
                            "items": [[0, "i-0192…", "10:02", "Ann", "question", "Q: who pays?"], …]};

An item is (page, anchor, time, author, kind, text). Without an anchor it is the page itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from backchannel.domain.wire import one_line
from backchannel.writeup.html import item_anchor
from backchannel.writeup.model import SessionWriteUp

Entry = tuple[int, str, str, str, str, str]


def search_body() -> list[str]:
    return [
        "<header><h1>Search</h1></header>",
        '<form role="search"><input id="q" type="search" name="q" aria-label="Search the event" autofocus> '
        "<button>Search</button></form>",
        '<p id="status" class="facts" role="status">All words have to be there, in any order.</p>',
        '<ul id="found"></ul>',
        '<noscript><p>The search needs a script, and scripts are off. On <a href="everything.html">the page of '
        "everything</a> your browser's own search finds it all.</p></noscript>",
        '<script src="search-index.js"></script>',
        '<script src="search.js"></script>',
    ]


def search_index(parts: Sequence[SessionWriteUp], names: Mapping[int, str]) -> str:
    """Return the index as a script: JSON without characters that are special in HTML or JavaScript."""
    index = {
        "pages": [[names[id(part)], one_line(part.title)] for part in parts],
        "items": [entry for at, part in enumerate(parts) for entry in _entries(at, part)],
    }
    made = json.dumps(index, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return f"var backchannelIndex = {made};\n"


def _entries(at: int, part: SessionWriteUp) -> Iterator[Entry]:
    facts = [part.title, part.when, part.room, *part.leaders, *(f"#{tag}" for tag in part.hashtags)]
    yield at, "", "", "", "session", " · ".join(one_line(fact) for fact in facts if fact)
    for line in (*(line for group in part.thoughts for line in group.lines), *part.notes, *part.posts):
        author = ", ".join(line.voices) or part.sole_author
        yield at, item_anchor(line), line.time, one_line(author), line.item.kind, " ".join(line.item.text.split())


SEARCH = r"""(function () {
  "use strict";
  var MAX_HITS = 100, MAX_WORDS = 60;  // hits at first; words of a hit
  var box = document.getElementById("q"), status = document.getElementById("status"), found = document.getElementById("found");
  var pages = backchannelIndex.pages, items = backchannelIndex.items;

  function fold(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/ß/g, "ss");
  }

  var folded = items.map(function (item) { return fold(item[3] + " " + item[4] + " " + item[5]); });

  function element(name, text) {
    var made = document.createElement(name);
    made.textContent = text;
    return made;
  }

  function hit(word, terms) {
    var plain = fold(word);
    return terms.some(function (term) { return plain.indexOf(term) >= 0; });
  }

  // Words with one of the terms in them are marked, of a long text those around the first; all is put there as text.
  function words(text, terms) {
    var made = document.createElement("span"), all = text.split(" ");
    var first = all.findIndex(function (word) { return hit(word, terms); });
    var from = all.length > MAX_WORDS ? Math.max(0, first - MAX_WORDS / 2) : 0;
    if (from) made.appendChild(document.createTextNode("… "));
    all.slice(from, from + MAX_WORDS).forEach(function (word) {
      made.appendChild(hit(word, terms) ? element("mark", word) : document.createTextNode(word));
      made.appendChild(document.createTextNode(" "));
    });
    if (all.length > from + MAX_WORDS) made.appendChild(document.createTextNode("…"));
    return made;
  }

  function row(item, terms) {
    var made = document.createElement("li"), link = document.createElement("a"), page = pages[item[0]];
    link.href = page[0] + (item[1] ? "#" + encodeURIComponent(item[1]) : "");
    link.textContent = page[1];
    var about = [item[2], item[3], item[4] === "note" ? "" : item[4]].filter(Boolean).join(", ");
    made.appendChild(words(item[5], terms));
    var small = element("small", about ? about + " · " : "");
    small.appendChild(link);
    made.appendChild(small);
    return made;
  }

  function show(most) {
    var terms = fold(box.value).split(/\s+/).filter(Boolean);
    var hits = !terms.length ? [] : items.filter(function (item, at) {
      return terms.every(function (term) { return folded[at].indexOf(term) >= 0; });
    });
    found.textContent = "";
    hits.slice(0, most).forEach(function (item) { found.appendChild(row(item, terms)); });
    status.textContent = !terms.length ? "All words have to be there, in any order."
      : hits.length + " found" + (hits.length > most ? "; the first " + most + " are shown. " : ".");
    if (hits.length > most) {
      var all = element("button", "Show all");
      all.type = "button";
      all.addEventListener("click", function () { show(hits.length); });
      status.appendChild(all);
    }
  }

  box.value = new URLSearchParams(location.search).get("q") || "";
  box.form.addEventListener("submit", function (event) { event.preventDefault(); show(MAX_HITS); });
  box.addEventListener("input", function () { show(MAX_HITS); });
  show(MAX_HITS);
})();
"""
