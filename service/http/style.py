"""The one stylesheet of the pages: no font, image or script, so nothing is fetched."""

from typing import Final

STYLE: Final = """\
:root {
  --ink: #1c2733; --soft: #5b6b7b; --line: #e0e6ec; --paper: #ffffff; --wash: #f5f7fa;
    --accent: #0b5cad;
  --get: #0b6bcb; --post: #1a7f4b; --put: #9a6700; --patch: #9a6700; --delete: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4eaf0; --soft: #9fb0c0; --line: #2c3742; --paper: #12181f; --wash: #1a222b;
      --accent: #6cb2f7;
    --get: #6cb2f7; --post: #5fc98d; --put: #e0b050; --patch: #e0b050; --delete: #f58b80;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1.5rem; }
body {
  margin: 0; color: var(--ink); background: var(--paper); line-height: 1.6; font-size: 15px;
  font-family: system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei",
    "Noto Sans CJK SC", sans-serif;
}
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas,
  "Noto Sans Mono CJK SC", monospace; font-size: .875em; }
.page { display: grid; grid-template-columns: 20rem minmax(0, 1fr); min-height: 100vh; }
nav {
  position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem 2rem 1.5rem;
  background: var(--wash); border-right: 1px solid var(--line); font-size: .9rem;
}
nav h1 { font-size: 1.15rem; margin: 0 0 .15rem; }
nav h2 { font-size: .75rem; letter-spacing: .06em; text-transform: uppercase;
  color: var(--soft); margin: 1.4rem 0 .35rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; gap: .5rem; align-items: baseline; padding: .2rem .4rem;
  border-radius: 4px; color: var(--ink); }
nav li a:hover { background: var(--line); text-decoration: none; }
nav .method { min-width: 3.2rem; font-size: .66rem; padding: 0; background: none; border: 0; }
main { padding: 2.25rem 3rem 5rem; max-width: 64rem; }
main > h1 { font-size: 1.8rem; margin: 0; line-height: 1.3; }
h2.tag { margin: 3.5rem 0 0; padding-bottom: .4rem; border-bottom: 2px solid var(--line);
  font-size: 1.35rem; }
.en { color: var(--soft); }
.lead { font-size: 1.02rem; margin: .3rem 0 0; }
section.op { padding: 1.9rem 0 1.6rem; border-bottom: 1px solid var(--line); }
section.op h3 { margin: 0 0 .1rem; font-size: 1.2rem; }
section.op h3 a { color: inherit; }
.where { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .7rem 0; }
.where .path { font-size: .95rem; word-break: break-all; }
.where .id { margin-left: auto; color: var(--soft); }
.method {
  display: inline-block; min-width: 4rem; padding: .1rem .5rem; border-radius: 4px;
    text-align: center; font-weight: 700;
  font-size: .75rem; letter-spacing: .03em; border: 1px solid currentColor;
}
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.patch { color: var(--patch); } .delete { color: var(--delete); }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .6rem 0 .2rem; padding: 0;
  list-style: none; }
.chips li { padding: .08rem .6rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--wash); font-size: .82rem; }
h4 { margin: 1.3rem 0 .4rem; font-size: .95rem; }
h4 .en { font-weight: 400; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .88rem; }
th, td { padding: .4rem .6rem .4rem 0; border-top: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { color: var(--soft); font-weight: 600; border-top: 0; }
td:first-child { white-space: nowrap; }
.must { color: var(--delete); font-weight: 700; }
pre { margin: .4rem 0; padding: .8rem 1rem; overflow-x: auto; background: var(--wash);
  border: 1px solid var(--line); border-radius: 6px; line-height: 1.5; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--accent); font-size: .9rem; }
.codes { display: grid; grid-template-columns: 3rem 1fr; gap: .25rem .6rem; font-size: .88rem; }
.codes b { font-weight: 600; }
.codes span a { margin-right: .8rem; white-space: nowrap; }
.schema { padding: 1.4rem 0 .6rem; border-bottom: 1px solid var(--line); }
.schema h3 { margin: 0; font-size: 1.05rem; }
@media (max-width: 60rem) {
  .page { display: block; }
  nav { position: static; height: auto; max-height: 40vh; border-right: 0;
    border-bottom: 1px solid var(--line); }
  main { padding: 1.5rem 1.1rem 4rem; }
  .where .id { margin-left: 0; }
}
"""
