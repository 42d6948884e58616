"""The site's additional styles: navigation, grid, search."""

SITE_STYLE = """
.bar { align-items: center; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap;
  font: .875rem system-ui, sans-serif; gap: .5rem 1.25rem; padding: .75rem 1.25rem; }
.bar a { text-decoration: none; } .bar a:hover { text-decoration: underline; }
.bar .home { color: var(--ink); font-weight: 700; }
.bar form { margin-left: auto; }
input, button { background: var(--paper); border: 1px solid var(--line); border-radius: .375rem; color: var(--ink);
  font: inherit; min-height: 2.25rem; padding: .25rem .75rem; }
button { color: var(--mark); cursor: pointer; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.day > h2 { margin-bottom: 0; }
.slot { border-top: 1px solid var(--line); display: grid; gap: 0 1.5rem; grid-template-columns: 7.5rem 1fr; padding: .75rem 0; }
.slot h3 { font-variant-numeric: tabular-nums; margin: .3rem 0; white-space: nowrap; }
.slot ul { list-style: none; margin: 0; padding: 0; grid-column: 2; }
.slot small { display: inline-block; margin: 0 .5rem 0 0; }
.slot .room { display: block; font-weight: 600; margin: 0; }
.empty { color: var(--soft); }
.around { border-top: 1px solid var(--line); font: .875rem system-ui, sans-serif; margin-top: 3rem; padding-top: 1rem; }
#status { margin-top: 1rem; }
#found { list-style: none; padding: 0; } #found li { border-top: 1px solid var(--line); padding: .75rem 0; }
#found small { display: block; margin: 0; }
mark { background: none; color: inherit; font-weight: 700; text-decoration: underline; text-decoration-color: var(--mark); }
:target { outline: 2px solid var(--mark); outline-offset: .25rem; }
@media (max-width: 36rem) { .slot { grid-template-columns: 1fr; } .slot ul { grid-column: 1; } .bar form { margin-left: 0; } }
@media print {
  .bar, .around { display: none; } a { color: inherit; text-decoration: none; }
  .slot { display: block; } .slot li { break-inside: avoid; }
}
"""
