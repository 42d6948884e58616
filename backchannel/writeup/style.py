"""The style sheet embedded in HTML write-ups."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1b19; --paper: #fffdf9; --soft: #6b665d; --line: #e4ded2; --mark: #0b5d57; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceae4; --paper: #171614; --soft: #a39d91; --line: #35322d; --mark: #6fd0c6; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 Georgia, "Times New Roman", serif; }
main { max-width: 42rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1, h2, h3, .facts, .by, .time, .author, .kind, .source, small, table { font-family: system-ui, sans-serif; }
h1 { font-size: 2rem; line-height: 1.15; margin: 0 0 .5rem; letter-spacing: -.015em; }
h2 { font-size: 1.25rem; line-height: 1.25; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; color: var(--soft); }
article { border-top: 1px solid var(--line); margin-top: 3rem; }
.facts, .by, small { color: var(--soft); font-size: .875rem; margin: 0 0 1rem; }
.thought { margin: 0 0 1rem; }
ul { padding-left: 1.25rem; margin: 0 0 1rem; }
li { margin: .3rem 0; } li > ul { margin: 0; }
li::marker { color: var(--soft); }
.time { color: var(--soft); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.author { font-size: .875rem; font-weight: 600; }
.kind { color: var(--mark); font-size: .6875rem; font-weight: 700; letter-spacing: .06em; text-transform: uppercase; }
.quote { font-style: italic; }
.words { display: inline; }
.words > p { margin: .25rem 0; }
a { color: var(--mark); text-underline-offset: .15em; }
.points { border-left: 3px solid var(--mark); padding-left: 1rem; margin-top: 1.5rem; }
.points h2, .points h3 { margin-top: 0; }
.gap { color: var(--soft); font-size: .9375rem; font-style: italic; }
.corrected { font-style: italic; }
details { font-size: .9375rem; } summary { color: var(--soft); cursor: pointer; font: .8125rem system-ui, sans-serif; }
.source { text-decoration: none; opacity: .6; }
code { font-size: .9em; }
figure { margin: 0 0 1rem; } figcaption { color: var(--soft); font: .875rem system-ui, sans-serif; }
.chart { display: block; width: 100%; height: auto; }
.chart rect { fill: var(--mark); } .chart .posts { fill: var(--line); }
.chart text { fill: var(--soft); font: 11px system-ui, sans-serif; } .chart line { stroke: var(--line); }
.count { text-align: right; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
th { white-space: nowrap; } .ledger th:last-child { min-width: 9rem; }
@page { margin: 18mm 16mm; }
@media print {
  :root { --ink: #000; --paper: #fff; --soft: #555; --line: #bbb; --mark: #000; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  h1, h2, h3, .facts, .by { break-after: avoid; } li, tr, .thought { break-inside: avoid; } .source { display: none; }
}
"""
