import pytest

from newstance.models.errors import InputError
from newstance.service import Analysis, Article
from newstance.service.article import SUFFIXES

PAGE = """<!doctype html><html><head><title>Council bans ships | The Paper</title>
<meta property="article:published_time" content="2024-03-02T09:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Council bans ships</h1>
<p>The town council voted on Monday to ban large ships from the old harbour, after a long debate.</p>
<p>Mayor Ingrid Solberg said the ships had become a burden that the town could no longer carry.</p>
<p>The dockworkers' union opposes the ban, although it shares her worries about the air in the town.</p>
</article><footer>All rights reserved</footer></body></html>"""


def test_all_line_ends_become_one():
    text = "One.\r\nTwo.\rThree.\u2028Four.\x85Five.\x0bSix."
    assert Article.from_text(text).text == "One.\nTwo.\nThree.\nFour.\nFive.\nSix."


def test_control_characters_and_lone_surrogates_become_blanks():
    assert Article.from_text("One\x00two\x1b[31m\ud800three\tfour.").text == "One two [31m three\tfour."


def test_byte_order_mark_and_outer_blanks_go():
    assert Article.from_text("\ufeff\n  One.  \n", title=" Title ") == Article("One.", "Title")


def test_letters_of_all_scripts_stay():
    for text in ("قال الرئيس إنه يدعم الخطة.", "הנשיא תמך בתוכנית.", "主席支持该计划。", "É 😀 “Ü” «x»"):
        assert Article.from_text(text).text == text


def test_letters_and_their_accents_become_one_character():
    article = Article.from_text("Andre\u0301 spoke.", title="Mu\u0308ller")
    assert (article.text, article.title) == ("Andr\u00e9 spoke.", "M\u00fcller")


@pytest.mark.parametrize("text", ["", "   \n\t", "\ufeff", "\x00\x01", "😀😀 🎉", "123 456.", "“”!?"])
def test_text_without_a_word_is_refused(text):
    with pytest.raises(InputError, match=r"article is empty.*give the text of a news article"):
        Article.from_text(text)


def test_first_heading_of_markdown_is_the_title(tmp_path):
    file = tmp_path / "a.md"
    file.write_bytes("\ufeff# Bridge # closes\r\n\r\nIt will open in June.\r\n".encode())
    article = Article.from_file(file)
    assert (article.title, article.text) == ("Bridge # closes", "It will open in June.")


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
def test_source_of_a_file_is_its_name_without_the_folders(tmp_path, suffix):
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / f"a{suffix}").write_text(PAGE)
    article = Article.from_file(folder / f"a{suffix}")
    assert article.source == f"a{suffix}"
    analysis = Analysis(article, None, (), (), ())
    for export in (analysis.to_json, analysis.to_markdown, analysis.to_csv, analysis.to_html):
        assert "private" not in export()


def test_error_about_a_file_names_the_whole_path(tmp_path):
    file = tmp_path / "empty.html"
    file.write_text("<html><body></body></html>")
    with pytest.raises(InputError, match=f"no article was found in {file}:"):
        Article.from_file(file)


def test_plain_text_file_has_no_title(tmp_path):
    (tmp_path / "a.txt").write_text("# Not a title\nBody.")
    article = Article.from_file(str(tmp_path / "a.txt"))
    assert (article.title, article.text) == ("", "# Not a title\nBody.")


@pytest.mark.parametrize("suffix", [".html", ".HTM"])
def test_article_is_taken_out_of_a_page(tmp_path, suffix):
    file = tmp_path / f"a{suffix}"
    file.write_text(PAGE)
    article = Article.from_file(file)
    assert "Mayor Ingrid Solberg said" in article.text
    assert "Sport" not in article.text
    assert "All rights reserved" not in article.text
    assert article.title == "Council bans ships"
    assert article.text.startswith("The town council voted")
    assert article.date == "2024-03-02"


@pytest.mark.parametrize("page", ["", "   ", "<html><body></body></html>"])
def test_page_without_article_is_refused(page):
    with pytest.raises(InputError, match=r"no article was found in page\.html.*paste the article's text"):
        Article.from_html(page, source="page.html")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Der Bürgermeister nannte das Verbot „falsch“ – der Rat stimmte zu.", "cp1252"),
        ("The council said “yes” – and the ferry’s owner said no.", "cp1252"),
        ("Министр осудил закон, а мэр города его поддержал.", "cp1251"),
        ("The mayor of Münster said no.", "utf-16"),
    ],
)
def test_text_in_an_older_encoding_is_decoded(tmp_path, text, encoding):
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert Article.from_file(tmp_path / "a.txt").text == text


@pytest.mark.parametrize("content", [bytes(range(256)), b"\xff\xfea", "All of us".encode("utf-16-le")])
def test_what_is_no_text_is_refused(tmp_path, content):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.txt is not UTF-8 text; convert it"):
        Article.from_file(tmp_path / "a.txt")


@pytest.mark.parametrize(("charset", "encoding"), [("windows-1251", "cp1251"), ("utf-8", "utf-8"), ("", "utf-16")])
def test_saved_page_is_read_in_the_charset_that_it_declares(tmp_path, charset, encoding):
    paragraphs = "<p>Мэр города сказал, что паром останется в старой гавани ещё на три года.</p>" * 3
    page = f'<html><head><meta charset="{charset}"></head><body><article>{paragraphs}</article></body></html>'
    (tmp_path / "a.html").write_bytes(page.encode(encoding))
    assert "паром останется" in Article.from_file(tmp_path / "a.html").text


def test_missing_file_and_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.txt cannot be read: No such file"):
        Article.from_file(tmp_path / "none.txt")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        Article.from_file(tmp_path)


def test_empty_file_is_refused(tmp_path):
    (tmp_path / "a.md").write_text("# Only a title\n\n")
    with pytest.raises(InputError, match="empty"):
        Article.from_file(tmp_path / "a.md")


def test_page_without_title_and_date_will_do():
    body = PAGE[PAGE.index("<p>") : PAGE.index("</article>")]
    article = Article.from_html(f"<html><body><article>{body}</article></body></html>")
    assert article.text.startswith("The town council voted")
    assert article.date == ""


def test_page_states_site_language_and_address():
    page = PAGE.replace("<html>", '<html lang="de-AT">').replace(
        "<head>", '<head><meta property="og:site_name" content="The Paper">'
    )
    article = Article.from_html(page, url="https://www.paper.example/a?b=c")
    assert (article.source, article.language, article.url) == ("The Paper", "de", "https://www.paper.example/a?b=c")
    assert Article.from_html(PAGE, url="https://www.paper.example/a").source == "paper.example"
    assert Article.from_html(page, source="saved.html").source == "saved.html"
    assert Article.from_html(PAGE).language == ""


def test_endings_that_are_read():
    assert SUFFIXES == (".txt", ".md", ".html", ".htm", ".docx", ".pdf", ".rtf")


def test_fields_go_into_the_dict():
    article = Article("It rained.", "Rain", "The Paper", "2024-03-02", "https://paper.example/a", "en")
    assert Analysis(article, None, (), (), ()).to_dict()["article"] == {
        "text": "It rained.",
        "title": "Rain",
        "source": "The Paper",
        "date": "2024-03-02",
        "url": "https://paper.example/a",
        "language": "en",
        "author": "",
    }
