"""Small files that take minutes or gigabytes of a reader without bounds; each made here by a few lines.

``MADE`` holds a function for each; it gives the ending and the content of one file.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SENTENCE = "The council voted on Monday to ban large ships from the old harbour. "
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

MADE: dict[str, Callable[[], tuple[str, bytes]]] = {}


def file(name: str, suffix: str) -> Callable[[Callable[[], bytes | str]], Callable[[], bytes | str]]:
    """Put what a function makes among the files."""

    def put(make: Callable[[], bytes | str]) -> Callable[[], bytes | str]:
        def content() -> tuple[str, bytes]:
            made = make()
            return suffix, made if isinstance(made, bytes) else made.encode()

        MADE[name] = content
        return make

    return put


# Word


def docx(body: str, head: str = "", document: str = "word/document.xml", **more: str | bytes) -> bytes:
    """A Word file; ``more`` are parts beside the document, by the name without the folder."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" Type="{_OFFICE}" '
        f'Target="{document}"/></Relationships>',
        document: f"{head}<w:document {WORD}><w:body>{body}</w:body></w:document>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items() | {f"word/{name}": content for name, content in more.items()}.items():
            archive.writestr(name, content)
    return packed.getvalue()


def paragraph(text: str) -> str:
    """A paragraph of one run."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


@file("docx of empty paragraphs", ".docx")
def _() -> bytes:
    return docx("<w:p/>" * 560_000)


@file("docx of as many paragraphs as are taken", ".docx")
def _() -> bytes:
    return docx(paragraph(SENTENCE) + "<w:p/>" * 99_900)


@file("docx with a run of 95 MB", ".docx")
def _() -> bytes:
    return docx(paragraph("ship " * 19_000_000))


@file("docx with a run of 18 MB", ".docx")
def _() -> bytes:
    return docx(paragraph("ship " * 3_600_000))


@file("docx whose text of 95 MB is called a picture", ".docx")
def _() -> bytes:
    return docx(paragraph("ship " * 19_000_000), document="word/picture.png")


@file("docx whose empty paragraphs are called a picture", ".docx")
def _() -> bytes:
    return docx("<w:p/>" * 560_000, document="word/picture.png")


@file("docx nested 100,000 deep", ".docx")
def _() -> bytes:
    return docx("<w:ins>" * 99_000 + paragraph(SENTENCE) + "</w:ins>" * 99_000)


@file("docx with entities in entities", ".docx")
def _() -> bytes:
    entities = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10))
    return docx(paragraph("&a9;"), head=f"<!DOCTYPE x [<!ENTITY a0 'ship '>{entities}]>")


@file("docx with one long entity, often", ".docx")
def _() -> bytes:
    return docx(paragraph("&a;" * 20_000), head=f"<!DOCTYPE x [<!ENTITY a '{'ship ' * 20_000}'>]>")


@file("docx with a huge table", ".docx")
def _() -> bytes:
    row = "<w:tr>" + "<w:tc><w:p/></w:tc>" * 500 + "</w:tr>"
    return docx(f"<w:tbl>{row * 500}</w:tbl>")


@file("docx with tables in tables", ".docx")
def _() -> bytes:
    return docx("<w:tbl><w:tr><w:tc>" * 30_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 30_000)


@file("docx with one element of 300,000 attributes", ".docx")
def _() -> bytes:
    attributes = " ".join(f'a{i}=""' for i in range(300_000))
    return docx(f"<w:p {attributes}/>{paragraph(SENTENCE)}")


@file("docx of 60,000 parts", ".docx")
def _() -> bytes:
    return docx(paragraph(SENTENCE), **{f"{i}": "" for i in range(60_000)})


@file("docx in a docx in a docx", ".docx")
def _() -> bytes:
    inner = docx(paragraph("ship " * 1_000_000))
    for _ in range(50):
        inner = docx(paragraph(SENTENCE), **{"embedded.docx": inner, "document2.xml": inner})
    return inner


@file("docx whose archive tells a small size", ".docx")
def _() -> bytes:
    content = docx(paragraph("ship " * 15_000_000))
    size = len(f"<w:document {WORD}><w:body>{paragraph('ship ' * 15_000_000)}</w:body></w:document>")
    return content.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little"))


@file("docx of 30,000 styles", ".docx")
def _() -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{i}"><w:name w:val="name {i}"/></w:style>' for i in range(30_000)
    )
    body = "".join(f'<w:p><w:pPr><w:pStyle w:val="s{i}"/></w:pPr></w:p>' for i in range(12_000))
    return docx(body + paragraph(SENTENCE), **{"styles.xml": f"<w:styles {WORD}>{styles}</w:styles>"})


# PDF


def pdf(objects: dict[int, bytes], more: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF file of objects by their number; 1 is the catalog."""
    content, offsets = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        offsets[number] = len(content)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    content += more
    size = max(objects) + 1
    table = b"".join(
        b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
        for number in range(size)
    )
    return bytes(content) + (
        b"xref\n0 %d\n%btrailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, len(content))
    )


def stream(content: bytes, entries: bytes = b"", times: int = 1) -> bytes:
    """A packed stream; ``times`` as often as it is packed again."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    filters = b"[" + b"/FlateDecode " * times + b"]"
    return b"<< /Length %d /Filter %b %b >>\nstream\n%b\nendstream" % (len(content), filters, entries, content)


def pages(contents: dict[int, bytes], kids: int = 1, resources: bytes = b"") -> dict[int, bytes]:
    """Objects of a PDF whose pages all show object 4; ``contents`` are objects from 4 on."""
    fonts = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << %b %b >> >>"
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b"3 0 R " * kids, kids),
        3: page % (fonts, resources),
        **contents,
    }


_SHOWN = b"BT /F1 12 Tf 50 700 Td (" + SENTENCE.encode() + b") Tj ET\n"


@file("pdf whose 99 pages share a stream of 9 MB", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(_SHOWN * (9_000_000 // len(_SHOWN)))}, kids=99))


@file("pdf whose 99 pages share a stream of 9 MB without text", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(_SHOWN + b"0 0 m 9 9 l S\n" * 640_000)}, kids=99))


@file("pdf whose 99 pages each show as much as is taken", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(_SHOWN + b"q Q\n" * 230_000)}, kids=99))


@file("pdf with a page that shows letter by letter", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(b"BT /F1 12 Tf " + b"1 0 Td (a) Tj\n" * 99_000 + b"ET")}))


@file("pdf packed to one in a million", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(b"\0" * 400_000_000, times=2)}))


@file("pdf whose page tree is 20,000 deep", ".pdf")
def _() -> bytes:
    objects = pages({4: stream(_SHOWN)})
    last = 10 + 20_000
    tree = {n: b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (n - 1, n + 1) for n in range(10, last)}
    tree[last] = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdf(objects | {2: b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>"} | tree)


@file("pdf whose page tree holds itself", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(_SHOWN)}) | {2: b"<< /Type /Pages /Kids [2 0 R 2 0 R 3 0 R] /Count 99 >>"})


@file("pdf whose form draws itself", ".pdf")
def _() -> bytes:
    form = stream(b"/X Do /X Do " + _SHOWN, b"/Type /XObject /Subtype /Form /Resources << /XObject << /X 5 0 R >> >>")
    return pdf(pages({4: stream(b"/X Do /X Do"), 5: form}, resources=b"/XObject << /X 5 0 R >>"))


@file("pdf with forms in forms", ".pdf")
def _() -> bytes:
    kind = b"/Type /XObject /Subtype /Form /Resources << /XObject << /X %d 0 R >> >>"
    forms = {n: stream(b"/X Do " * 10 + _SHOWN, kind % (n + 1)) for n in range(5, 20)}
    forms[20] = stream(_SHOWN, b"/Type /XObject /Subtype /Form")
    return pdf(pages({4: stream(b"/X Do " * 10), **forms}, resources=b"/XObject << /X 5 0 R >>"))


@file("pdf of 300,000 objects", ".pdf")
def _() -> bytes:
    objects = {n: b"<< /A %d 0 R >>" % (n - 1) for n in range(10, 300_000)}
    return pdf(pages({4: stream(_SHOWN)}) | objects)


@file("pdf of 300,000 objects without their table", ".pdf")
def _() -> bytes:
    content = pdf(pages({4: stream(_SHOWN)}), more=b"9 0 obj\n<< >>\n" * 300_000)
    return content[: content.index(b"xref\n0 ")]


@file("pdf whose table leads back to itself", ".pdf")
def _() -> bytes:
    content = pdf(pages({4: stream(_SHOWN)}), trailer=b"/Prev %010d")
    return content.replace(b"%010d", b"%010d" % content.index(b"xref\n0 "))


@file("pdf with arrays 100,000 deep", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(b"[" * 100_000 + b"]" * 100_000 + b" TJ " + _SHOWN)}))


@file("pdf with dictionaries 100,000 deep", ".pdf")
def _() -> bytes:
    deep = b"<< /A " * 100_000 + b"1" + b" >>" * 100_000
    return pdf(pages({4: stream(_SHOWN)}) | {1: b"<< /Type /Catalog /Pages 2 0 R /More %b >>" % deep})


@file("pdf whose font maps all characters, often", ".pdf")
def _() -> bytes:
    ranges = b"".join(b"1 beginbfrange <0000> <FFFF> <%04X> endbfrange\n" % n for n in range(2_000))
    font = b"/Font << /F1 << /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 5 0 R >> >>"
    return pdf(
        pages({4: stream(_SHOWN), 5: stream(ranges)}, kids=99)
        | {3: b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << %b >> >>" % font}
    )


@file("pdf with a string of parentheses", ".pdf")
def _() -> bytes:
    return pdf(pages({4: stream(b"BT /F1 12 Tf " + b"(" * 3_000_000 + b")" * 3_000_000 + b" Tj ET")}))


# Pages


def page(body: str, head: str = "") -> str:
    """A page that holds an article."""
    story = f"<article><h1>Council bans ships</h1>{f'<p>{SENTENCE * 3}</p>' * 3}</article>"
    return f"<!doctype html><html><head><title>Ban</title>{head}</head><body>{story}{body}</body></html>"


@file("page with a tag of 500,000 attributes", ".html")
def _() -> str:
    return page(f"<p {' '.join(f'a{i}' for i in range(500_000))}>{SENTENCE}</p>")


@file("page of links, 3.4 MB", ".html")
def _() -> str:
    return page("".join(f'<li><a href="/news/{i}">Ships and harbours, {i}</a></li>\n' for i in range(62_000)))


@file("page of as many links as are taken", ".html")
def _() -> str:
    return page("".join(f'<a href="/news/{i}">Ships and harbours, {i}</a>\n' for i in range(49_000)))


@file("page nested 100,000 deep", ".html")
def _() -> str:
    return page("<div>" * 100_000 + SENTENCE)


@file("page nested 49,000 deep", ".html")
def _() -> str:
    return page("<div>" * 49_000 + SENTENCE + "</div>" * 49_000)


@file("page whose headlines are nested", ".html")
def _() -> str:
    return page(f"<h1>{SENTENCE}" * 49_000)


@file("page with an attribute of 5 MB", ".html")
def _() -> str:
    return page(f'<p title="{"ship " * 1_000_000}">{SENTENCE}</p>')


@file("page with a comment of 5 MB", ".html")
def _() -> str:
    return page(f"<!-- {'ship -' * 830_000} --><p>{SENTENCE}</p>")


@file("page with a title of 5 MB", ".html")
def _() -> str:
    return page("", head=f"<title>{'ship ' * 1_000_000}</title>").replace("<title>Ban</title>", "")


@file("page of a million paragraphs", ".html")
def _() -> str:
    return page("<p>" * 1_000_000)


@file("page of 95,000 paragraphs", ".html")
def _() -> str:
    return page(f"<p>{SENTENCE}" * 95_000)


@file("page of less-than signs", ".html")
def _() -> str:
    return page("<" * 9_000_000)


@file("page of 9 MB in one word", ".html")
def _() -> str:
    return page(f"<p>{'ship' * 2_250_000}</p>")


@file("page of 9 MB about cookies", ".html")
def _() -> str:
    return page(f"<p>{'We use cookies. Subscribe to continue. ' * 230_000}</p>")


@file("page of misnested tags", ".html")
def _() -> str:
    return page("<b><i><p>" * 30_000 + "</b></i>" * 4_000)


@file("page of tables in tables", ".html")
def _() -> str:
    return page("<table><tr><td>" * 30_000 + SENTENCE)


@file("page with metadata 300,000 deep", ".html")
def _() -> str:
    return page("", head=f'<script type="application/ld+json">{"[" * 300_000}{"]" * 300_000}</script>')


@file("page with 90,000 dates", ".html")
def _() -> str:
    return page("".join(f'<time datetime="2024-01-{i % 28 + 1:02}">' for i in range(90_000)))


@file("page with 90,000 meta tags", ".html")
def _() -> str:
    return page("", head='<meta property="article:tag" content="ships, harbours">' * 90_000)


@file("page of character references", ".html")
def _() -> str:
    return page(f"<p>{'&amp;&#x10FFFF;' * 600_000}</p>")


@file("page with entities in entities", ".html")
def _() -> str:
    entities = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10))
    return page(f"<p>{'&a9; ' * 1000}{SENTENCE}</p>").replace("<!doctype html>", f"<!DOCTYPE html [{entities}]>")


@file("page in UTF-32 that says UTF-8", ".html")
def _() -> bytes:
    return page("", head='<meta charset="utf-8">').encode("utf-32-le")


@file("page that says UTF-7", ".html")
def _() -> str:
    return page(f"<p>+ADw-script+AD4-{SENTENCE}</p>", head='<meta charset="utf-7">')


# Text


@file("md of a heading of blanks", ".md")
def _() -> str:
    return "#" + " " * 200_000


@file("md of a heading of blanks and a word", ".md")
def _() -> str:
    return "\n" * 1_000_000 + "#" + " " * 2_000_000 + "word\nIt rained."


@file("md quoted 100,000 deep", ".md")
def _() -> str:
    return "# Ban\n" + "> " * 100_000 + SENTENCE


@file("md of brackets", ".md")
def _() -> str:
    return "# Ban\n" + "[" * 1_000_000 + "](" * 500_000 + SENTENCE


@file("txt of one line of 4.9 MB", ".txt")
def _() -> str:
    return SENTENCE * 71_000


@file("txt of 95 MB", ".txt")
def _() -> str:
    return SENTENCE * 1_380_000


@file("txt in UTF-16 without its mark", ".txt")
def _() -> bytes:
    return (SENTENCE * 1000).encode("utf-16-le")


@file("txt in UTF-32", ".txt")
def _() -> bytes:
    return (SENTENCE * 1000).encode("utf-32")


@file("txt of accents over one letter", ".txt")
def _() -> str:
    return "e" + "\u0301" * 2_000_000


@file("txt of line separators", ".txt")
def _() -> str:
    return SENTENCE + "\u2028\r" * 800_000
