"""A small document that is written both as Markdown and as one HTML file.

Everything in it is untrusted text (tweets, articles, model output), so both writers escape all of it.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from newstance.service.present.markdown_text import escaped

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
table { display: block; overflow-x: auto; }
th, td { border: 1px solid #ccd1d9; padding: .3rem .6rem; text-align: left; vertical-align: top; }
th, pre { background: #f2f4f7; }
img { max-width: 100%; }
pre { padding: .6rem; overflow-x: auto; }
.note { border-left: 4px solid #b25d00; padding: .3rem .8rem; background: #fdf3e7; }
""".strip()


@dataclass(frozen=True)
class Heading:
    """A section's title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Plain text; a note is one that must not be overlooked."""

    text: str
    is_note: bool = False


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table with a header."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Picture:
    """An SVG picture; Markdown shows its description only."""

    svg: bytes
    description: str


Block = Heading | Paragraph | Code | Table | Picture


@dataclass
class Document:
    """A title and what follows it."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    def markdown(self) -> str:
        """The document in Markdown, without its pictures."""
        parts = [f"# {escaped(self.title)}"]
        for block in self.blocks:
            if isinstance(block, Heading):
                parts.append(f"{'#' * block.level} {escaped(block.text)}")
            elif isinstance(block, Paragraph):
                text = escaped(block.text)
                parts.append(f"> **{text}**" if block.is_note else text)
            elif isinstance(block, Code):
                # Longer than any in the text, so that nothing there ends it.
                fence = "`" * max(3, 1 + max(map(len, re.findall("`+", block.text)), default=0))
                parts.append(f"{fence}\n{block.text}\n{fence}")
            elif isinstance(block, Table):
                header, *rows = ([escaped(cell) for cell in row] for row in [block.header, *block.rows])
                lines = [header, ["---"] * len(header), *rows]
                parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
            else:
                parts.append(f"*{escaped(block.description)} (picture in report.html)*")
        return "\n\n".join(parts) + "\n"

    def body(self) -> str:
        """What follows the title, as HTML."""
        return "\n".join(_html_block(block) for block in self.blocks)

    def html(self) -> str:
        """The document as one HTML file that loads nothing from elsewhere."""
        title = html.escape(self.title)
        return (
            f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<style>{_STYLE}</style></head>\n"
            f"<body>\n<h1>{title}</h1>\n{self.body()}\n</body>\n</html>\n"
        )


def _html_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{html.escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        kind = ' class="note"' if block.is_note else ""
        return f"<p{kind}>{html.escape(block.text)}</p>"
    if isinstance(block, Code):
        return f"<pre>{html.escape(block.text)}</pre>"
    if isinstance(block, Table):
        # A header that says nothing is none.
        head = "".join(f"<th>{html.escape(cell)}</th>" if cell else "<td></td>" for cell in block.header)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>\n" for row in block.rows)
        # What may be wider than a phone is scrolled by keyboard, too.
        return f'<table tabindex="0"><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>'
    picture = base64.b64encode(block.svg).decode()
    return f'<img alt="{html.escape(block.description)}" src="data:image/svg+xml;base64,{picture}">'
