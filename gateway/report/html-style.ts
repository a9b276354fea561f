/** The look of the HTML form: no picture, no font, no script; readable in the dark, on paper and at 400 %. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --sheet: #f6f7f9; --ink: #1b1f24; --soft: #59636e; --rule: #d5dae0;
  --no: #b3261e; --no-wash: #fdeeec; --yes: #17683a; --yes-wash: #e9f6ee;
  --unknown: #7a4d00; --unknown-wash: #fdf3dd; --mark: #0b5cad;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b; --sheet: #1a2027; --ink: #e4e8ec; --soft: #9aa6b2; --rule: #313a44;
    --no: #ff8a80; --no-wash: #35191a; --yes: #6fd396; --yes-wash: #14291d;
    --unknown: #f2bf5e; --unknown-wash: #2f2511; --mark: #7db8f5;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 74rem;
  background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1, h2, h3, p, table, ul { margin: 0; }
h2 { font-size: 1.3rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
a { color: var(--mark); }
code, pre, .mono { font-family: var(--mono); font-size: .875em; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
p.small { margin-top: .4rem; }

.banner { border-left: .5rem solid; border-radius: .375rem; padding: 1.25rem 1.5rem; }
.banner h1 { font-size: 1.6rem; line-height: 1.25; }
.banner p { color: var(--ink); margin-top: .5rem; }
.no { color: var(--no); } .yes { color: var(--yes); } .unknown { color: var(--unknown); }
.banner.no { background: var(--no-wash); } .banner.yes { background: var(--yes-wash); }
.banner.unknown { background: var(--unknown-wash); }

.chip { display: inline-block; padding: .05rem .6rem; border-radius: 1rem; font-weight: 600; font-size: .875rem; white-space: nowrap; }
.chip.no { background: var(--no-wash); } .chip.yes { background: var(--yes-wash); }
.chip.unknown { background: var(--unknown-wash); }

.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 1.75rem 0 .4rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-top: 1px solid var(--rule); }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 500; border-top: 0; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 7.5rem; }
.checks td:last-child { width: 32%; }
.checks td:first-child, .checks tbody th { width: 8.5rem; overflow-wrap: normal; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.keep, th.keep { white-space: nowrap; }
tr.fails > td, tr.fails > th { background: var(--no-wash); }
tr.fails > :first-child, tr.open > :first-child { padding-left: .6rem; }
tr.open > td, tr.open > th { background: var(--unknown-wash); }

.route { border: 1px solid var(--rule); border-radius: .5rem; padding: 1.25rem 1.5rem 1.5rem; margin-top: 2rem; }
.route > header { display: flex; flex-wrap: wrap; gap: .25rem .9rem; align-items: baseline; }
.route > header + p { margin-top: .35rem; }
.next { margin-top: 1rem; padding: .6rem .9rem; background: var(--sheet); border-radius: .375rem; }

.finding { border-top: 1px solid var(--rule); padding: .75rem 0; }
.finding p { display: flex; flex-wrap: wrap; gap: 0 .9rem; align-items: baseline; }
.finding strong { font-family: var(--mono); font-size: .9375rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .5rem .9rem; margin: .5rem 0 0; }
.pair > div { background: var(--sheet); border-radius: .375rem; padding: .5rem .8rem .6rem; min-width: 0; }
.pair dt { color: var(--soft); font-size: .8125rem; }
.pair dd { margin: 0; }
pre { margin: 0; white-space: pre-wrap; }
details { border-top: 1px solid var(--rule); padding: .5rem 0; }
summary { cursor: pointer; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.nothing { font-style: italic; color: var(--soft); }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; }

@media (max-width: 40rem) {
  body { padding: 1rem .75rem 3rem; }
  .route { padding: 1rem; }
  .wide table { min-width: 44rem; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .route { break-before: page; border: 0; padding: 0; }
  .finding, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; height: auto; }
}
`;
