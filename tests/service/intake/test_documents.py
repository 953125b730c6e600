"""Word and PDF files, written here."""

import contextlib
import sys
import zipfile

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from newstance.models.errors import InputError
from newstance.service import Article
from newstance.service.intake import documents

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
FIRST = "The town council voted on Monday to ban large ships from the old harbour, after a debate of five hours."
SECOND = "Mayor Ingrid Solberg said the ships had become a burden that the town could no longer carry."


def paragraph(content, style=""):
    style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{style}{content}</w:p>"


def words_of(file):
    return documents.read_docx(file.read_bytes(), file.name)


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.fixture
def docx(tmp_path):
    def write(body, more=b"", **other):
        parts = {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {W}>"
            + "".join(
                f'<w:style w:type="paragraph" w:styleId="{i}"><w:name w:val="{name}"/></w:style>'
                for i, name in (("Title", "Title"), ("H1", "heading 1"), ("H2", "heading 2"))
            )
            + "</w:styles>",
            "word/media/picture.bmp": more,
            **{f"word/{name}.xml": f"<w:{name} {W}>{content}</w:{name}>" for name, content in other.items()},
        }
        with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in parts.items():
                packed.writestr(name, content)
        return tmp_path / "a.docx"

    return write


@pytest.fixture
def pdf(tmp_path):
    def write(*pages, title="", header="", font_size=12):
        made = FPDF()
        made.set_auto_page_break(False)
        if title:
            made.set_title(title)
        for number, text in enumerate(pages, 1):
            made.add_page()
            if header:
                made.set_font("Helvetica", size=8)
                made.cell(0, 8, f"{header}, page {number} of {len(pages)}", new_x="LMARGIN", new_y="NEXT")
            made.set_font("Helvetica", size=font_size)
            made.multi_cell(0, 6, text, align="L")
        made.output(str(tmp_path / "a.pdf"))
        return tmp_path / "a.pdf"

    return write


# Word


@pytest.mark.parametrize("style", ["Title", "H1"])
def test_first_heading_of_a_word_file_is_its_title(docx, style):
    file = docx(
        paragraph(run("Council ") + run("bans ships"), style)
        + paragraph(run(FIRST))
        + paragraph("")
        + paragraph(run("What next"), "H2")
        + paragraph(run(SECOND[:30]) + run(SECOND[30:]))
    )
    article = Article.from_file(file)
    assert article == Article(f"{FIRST}\nWhat next\n{SECOND}", "Council bans ships", file.name)


def test_second_heading_of_a_word_file_is_text(docx):
    file = docx(
        paragraph(run("Council bans ships"), "Title") + paragraph(run("At night"), "H1") + paragraph(run(FIRST))
    )
    assert words_of(file) == ("Council bans ships", f"At night\n{FIRST}")


def test_notes_of_a_word_file_are_left_out(docx):
    note = '<w:footnote w:id="2">' + paragraph(run("A note that nobody needs.")) + "</w:footnote>"
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    assert words_of(docx(paragraph(run(FIRST) + mark), footnotes=note)) == ("", FIRST)


def test_items_of_a_list_in_a_word_file_are_lines(docx):
    levels = '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    levels += '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    mark = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    items = "".join(f"<w:p>{mark}{run(text)}</w:p>" for text in ("Ships are banned.", "Boats are not."))
    assert words_of(docx(paragraph(run(FIRST)) + items, numbering=levels)) == (
        "",
        f"{FIRST}\nShips are banned.\nBoats are not.",
    )


def test_later_heading_of_a_word_file_is_text(docx):
    file = docx(paragraph(run(FIRST)) + paragraph(run("Reactions"), "H1") + paragraph(run(SECOND)))
    assert words_of(file) == ("", f"{FIRST}\nReactions\n{SECOND}")


def test_word_file_is_read_as_it_stands_now(docx):
    """Inserted passages are in, deleted ones out; tables are no sentences; a line break ends a line."""
    file = docx(
        paragraph(
            run("Kim ")
            + "<w:del w:id='1'><w:r><w:delText>condemned</w:delText></w:r></w:del>"
            + f"<w:ins w:id='2'>{run('praised')}</w:ins>"
            + run(" Putin.")
        )
        + f"<w:tbl><w:tr><w:tc>{paragraph(run('Ships 2020'))}</w:tc></w:tr></w:tbl>"
        + f"<w:sdt><w:sdtContent>{paragraph(run('It &lt;rained&gt;.'))}</w:sdtContent></w:sdt>"
        + paragraph(run("One.") + "<w:r><w:br/></w:r>" + run("Two."))
    )
    assert words_of(file)[1] == "Kim praised Putin.\nIt <rained>.\nOne.\nTwo."


def test_word_file_that_is_laid_out_by_a_table(docx):
    def row(*cells):
        return "<w:tr>" + "".join(f"<w:tc>{paragraph(run(cell))}</w:tc>" for cell in cells) + "</w:tr>"

    body = paragraph(run("Ship news")) + f"<w:tbl>{row(FIRST, 'Page 2')}{row(SECOND, '')}</w:tbl>"
    assert words_of(docx(body))[1] == f"Ship news\n{FIRST}\nPage 2\n{SECOND}"


def test_empty_word_file(docx):
    for body in ("", paragraph(""), paragraph(run("Only a title"), "Title")):
        with pytest.raises(InputError, match="the article is empty"):
            Article.from_file(docx(body))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"no whole \.docx file"),
        (b"just text", r"no whole \.docx file"),
        (b"PK\x03\x04 cut off", r"no whole \.docx file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"has a password or is an old \.doc file; save it"),
    ],
)
def test_broken_word_file(tmp_path, content, message):
    (tmp_path / "a.DOCX").write_bytes(content)
    with pytest.raises(InputError, match=message.replace("docx file", "(?i:docx) file")):
        Article.from_file(tmp_path / "a.DOCX")


def test_other_zip_file_is_no_word_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as packed:
        packed.writestr("readme.txt", "Hello")
    with pytest.raises(InputError, match=r"no whole \.docx file"):
        Article.from_file(tmp_path / "a.docx")


def test_word_file_that_unpacks_to_too_much(docx, monkeypatch):
    monkeypatch.setattr(documents, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(InputError, match="unpacks to more than 1 MB"):
        words_of(docx(paragraph(run(FIRST)), more=bytes(2_000_000)))


def test_entities_of_a_word_file_do_not_explode(docx, tmp_path):
    file = docx(paragraph(run(FIRST)))
    bomb = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10))
    text = (
        f"<!DOCTYPE x [<!ENTITY a0 'ha'>{bomb}]><w:document {W}><w:body>{paragraph(run('&a9;'))}</w:body></w:document>"
    )
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, text if name == "word/document.xml" else content)
    with pytest.raises(InputError, match=r"no whole \.docx file"):
        Article.from_file(file)


# PDF


def test_lines_of_a_pdf_become_paragraphs(pdf):
    file = pdf(f"{FIRST} {SECOND} {FIRST}\n{SECOND} {FIRST}", title="Untitled-1")
    assert Article.from_file(file) == Article(f"{FIRST} {SECOND} {FIRST}\n{SECOND} {FIRST}", source=file.name)


def test_title_of_a_pdf_is_the_one_it_begins_with(pdf):
    article = Article.from_file(pdf(f"Council bans ships\n{FIRST} {SECOND}", title="Council bans ships"))
    assert (article.title, article.text) == ("Council bans ships", f"{FIRST} {SECOND}")


def test_words_of_the_title_stay_in_the_text_of_a_pdf(pdf):
    article = Article.from_file(
        pdf(f"Council bans ships\n{FIRST}\nCouncil bans ships, again.", title="Council bans ships")
    )
    assert article.title == "Council bans ships"
    assert " ".join(article.text.split()) == f"{FIRST} Council bans ships, again."


def test_headers_of_pages_are_left_out_and_sentences_go_on(pdf):
    file = pdf(f"{FIRST} {SECOND} {FIRST[:60]}", f"{FIRST[60:].strip()} {SECOND}", header="The Paper")
    assert "page" in PdfReader(file).pages[1].extract_text()
    text = Article.from_file(file).text
    assert "The Paper" not in text
    assert " ".join(text.split()) == f"{FIRST} {SECOND} {FIRST} {SECOND}"


def test_single_page_keeps_its_first_line(pdf):
    assert Article.from_file(pdf(FIRST, header="The Paper")).text.startswith("The Paper, page 1 of 1")


def test_headers_and_footers_are_where_pages_begin_and_end():
    pages = [["The Paper", f"Begin {i}.", "It rained.", f"More {i}.", f"Page {i} of 3"] for i in "abc"]
    numbered = [[*page[:-1], f"Page {number} of 3"] for number, page in enumerate(pages, 1)]
    told = [line for i in "abc" for line in (f"Begin {i}.", "It rained.", f"More {i}.")]
    assert documents._without_page_frames(numbered) == told
    # Within a page, the same words are text.
    assert documents._without_page_frames(
        [["The Paper", "A.", "B.", "The Paper", "C.", "D."], ["The Paper", "E."]]
    ) == [
        *("A.", "B.", "The Paper", "C.", "D.", "E."),
    ]
    # Two of four pages are not most.
    assert documents._without_page_frames([["A.", "It rained."], ["It rained."], ["B."], ["C."]]) == [
        *("A.", "It rained.", "It rained.", "B.", "C."),
    ]


def test_shorter_lines_end_paragraphs():
    whole, most, half = "word " * 16, "word " * 13, "word " * 8
    for line, ends in ((half, True), (most, False), (most.strip() + ".", True), (whole.strip() + ".", False)):
        text = documents._paragraphs([whole.strip(), line.strip(), whole.strip()])
        assert (text.count("\n") == 1) == ends, line


def test_hyphens_at_line_ends_and_ligatures():
    lines = [
        "The coun-",
        "cil voted on the \ufb01rst anti-",
        "Russian resolution, the pro\u00ad",
        "posal of May 2019-",
        "2020.",
    ]
    assert documents._paragraphs(lines).replace("\n", " ") == (
        "The council voted on the first anti- Russian resolution, the proposal of May 2019- 2020."
    )


def test_pdf_with_a_password(pdf):
    def encrypt(user):
        file = pdf(f"{FIRST} {SECOND}")
        writer = PdfWriter(clone_from=file)
        writer.encrypt(user, owner_password="owner", algorithm="AES-256")
        writer.write(file)
        return file

    with pytest.raises(InputError, match="has a password; save it without, or paste the article's text"):
        Article.from_file(encrypt("secret"))
    # Locked against changes only, as publishers do: anybody may read it.
    assert Article.from_file(encrypt("")).text == f"{FIRST} {SECOND}"


def test_scanned_pdf(pdf):
    for file in (pdf(""), pdf("12\n13")):
        with pytest.raises(InputError, match="holds pictures of pages, but no text; run OCR on it"):
            Article.from_file(file)


def test_long_pdf(pdf, monkeypatch):
    monkeypatch.setattr(documents, "MOST_PAGES", 2)
    with pytest.raises(InputError, match="has more than 2 pages"):
        documents.read_pdf(pdf(FIRST, FIRST, FIRST).read_bytes(), "a.pdf")
    assert documents.read_pdf(pdf(FIRST, SECOND).read_bytes(), "a.pdf")[1].split() == f"{FIRST} {SECOND}".split()


def test_pdf_of_many_characters(pdf, monkeypatch):
    content = pdf(FIRST, SECOND).read_bytes()
    monkeypatch.setattr(documents, "CHARACTERS", 300)
    assert documents.read_pdf(content, "a.pdf")[1]
    monkeypatch.setattr(documents, "CHARACTERS", 150)
    with pytest.raises(InputError, match=r"a\.pdf holds more than 150 characters; give the article alone"):
        documents.read_pdf(content, "a.pdf")


def test_long_heading_of_a_word_file_is_text(docx):
    long = "Ships and harbours. " * 60
    assert words_of(docx(paragraph(run(long), "Title") + paragraph(run(FIRST)))) == ("", f"{long.strip()}\n{FIRST}")


@pytest.mark.parametrize("content", [b"", b"just text", b"%PDF-1.7\n%%EOF"])
def test_broken_pdf(tmp_path, content):
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(InputError, match=r"no whole \.pdf file .*save it again, or paste the article's text"):
        Article.from_file(tmp_path / "a.pdf")


def test_cut_off_pdf_is_an_error_or_text(pdf, tmp_path):
    content = pdf(f"{FIRST} {SECOND}").read_bytes()
    for end in range(0, len(content), 97):
        (tmp_path / "cut.pdf").write_bytes(content[:end])
        with contextlib.suppress(InputError):
            assert Article.from_file(tmp_path / "cut.pdf").text


# Both


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_missing_file_and_folder(tmp_path, suffix):
    with pytest.raises(InputError, match=r"cannot be read: No such file"):
        Article.from_file(tmp_path / f"none{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(InputError, match=r"cannot be read: Is a directory"):
        Article.from_file(tmp_path / f"folder{suffix}")


@pytest.mark.parametrize(("read", "library"), [(documents.read_docx, "mammoth"), (documents.read_pdf, "pypdf")])
def test_extra_that_is_missing(monkeypatch, read, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=r"a\.b cannot be read: .* by an extra: pip install .*\[documents\]"):
        read(b"", "a.b")


# Rich text


def test_rich_text_file(tmp_path):
    content = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}{\info{\title N}}\f0 The caf\'e9 of Mayor Solberg \ldblquote "
        r"stays open\rdblquote .\par\par{\trowd Ships\cell Boats\cell\row}{\footnote 1 See page 2.}}"
    )
    (tmp_path / "a.rtf").write_text(content)
    article = Article.from_file(tmp_path / "a.rtf")
    assert article.text == "The café of Mayor Solberg “stays open”.\nShips\nBoats"
    assert (article.title, article.source) == ("", "a.rtf")


@pytest.mark.parametrize("content", [b"just text", b"{\\rtf1\\uc999\\u99999999 }"])
def test_broken_rich_text_file(content):
    with pytest.raises(InputError, match=r"a\.rtf is no whole \.rtf file"):
        documents.read_rtf(content, "a.rtf")
