"""A review comment as a picture for the documentation: as GitHub shows it, in its light and its dark mode."""

import re

from markdown_it import MarkdownIt

WIDTH, HEIGHT = 860, 540

_ALERT = re.compile(r"<blockquote>\n<p>\[!([A-Z]+)\]\n")
# Colours and sizes are those of GitHub's pages. Each mode has its own background, so that the picture can be read on
# pages that are in the other one.
_STYLE = """
  .page { box-sizing: border-box; height: 100%; overflow: hidden; padding: 0 20px; border-radius: 8px;
    font: 14px/1.5 -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif;
    --back: #ffffff; --fore: #1f2328; --faint: #59636e; --line: #d1d9e0; --code: #818b981f; --alert: #cf222e;
    background: var(--back); color: var(--fore); border: 1px solid var(--line); }
  @media (prefers-color-scheme: dark) {
    .page { --back: #0d1117; --fore: #f0f6fc; --faint: #9198a1; --line: #3d444d; --code: #656c7633; --alert: #f85149; }
  }
  h2 { font-size: 21px; margin: 16px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); }
  h3 { font-size: 17px; margin: 18px 0 10px; }
  p, table, ul, blockquote { margin: 0 0 12px; }
  ul { padding-left: 26px; }
  li > ul { margin: 0; }
  code { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--code);
    padding: 2px 5px; border-radius: 6px; white-space: nowrap; }
  table { border-collapse: collapse; }
  th, td { border: 1px solid var(--line); padding: 5px 12px; text-align: left; }
  blockquote { padding: 2px 14px; border-left: 4px solid var(--alert); }
  blockquote p { margin: 6px 0; }
  .title { color: var(--alert); font-weight: 600; }
  summary { margin-bottom: 12px; }
  .page > p { color: var(--faint); }
"""


def picture(comment: str, title: str) -> str:
    """An SVG of the comment, given as Markdown; what is collapsed stays collapsed."""
    page = MarkdownIt("commonmark", {"xhtmlOut": True}).enable("table").render(comment)
    alerts = _ALERT.sub(lambda alert: f'<blockquote>\n<p class="title">{alert[1].capitalize()}</p>\n<p>', page)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">\n'
        f"<style>{_STYLE}</style>\n"
        f'<foreignObject width="{WIDTH}" height="{HEIGHT}">\n'
        f'<div xmlns="http://www.w3.org/1999/xhtml" class="page">\n{alerts}</div>\n'
        "</foreignObject>\n</svg>\n"
    )
