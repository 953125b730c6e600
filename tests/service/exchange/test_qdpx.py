import io
import logging
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from coded import ANALYSIS, FAIR, TEXT, document, statement
from lxml import etree

from newstance.models.errors import InputError
from newstance.service.exchange import CodedDocument, from_analysis, grouped, read_qdpx, write_qdpx

# As the Rotterdam Exchange Format Initiative publishes it (MIT license, in the file), of 18 March 2019.
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("Project-mrt2019.xsd")))
NS = {"q": "urn:QDA-XML:project:1.0"}
EVIL = document(
    3, "2024-05-06", 'a "<b>"\x02\uffff & \r\n 🌉 end', author="A & B", section="S", type="T", source="<s>", url="u"
)
BY_HAND = statement(
    EVIL, "Kim <k>", "&x", None, 11, kind="person", organization="M & N", coder="Zoë", time="2024-01-02T03:04:05Z"
)


@pytest.fixture
def written(tmp_path):
    file = tmp_path / "a.qdpx"
    write_qdpx(
        [from_analysis(ANALYSIS), CodedDocument(EVIL, (BY_HAND,)), CodedDocument(document(4))], file, "My <project>"
    )
    return file


def project(file):
    with zipfile.ZipFile(file) as package:
        return etree.fromstring(package.read("project.qde"))


def changed(file, change=lambda text: text, members=lambda found: found):
    """A package with another project, or other files in it."""
    with zipfile.ZipFile(file) as package:
        found = {name: package.read(name) for name in package.namelist()}
    found["project.qde"] = change(found["project.qde"].decode()).encode()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in members(found).items():
            package.writestr(name, content)
    return file


def test_a_project_is_valid_by_the_published_schema(written, tmp_path):
    SCHEMA.assertValid(project(written))
    write_qdpx([], tmp_path / "empty.qdpx")
    SCHEMA.assertValid(project(tmp_path / "empty.qdpx"))


def test_the_schema_refuses_what_is_none():
    assert not SCHEMA.validate(
        etree.fromstring('<Project xmlns="urn:QDA-XML:project:1.0" name="x"><Sources/></Project>')
    )


def test_texts_lie_in_the_package_as_they_are(written):
    with zipfile.ZipFile(written) as package:
        files = [name for name in package.namelist() if name != "project.qde"]
        assert all(name.startswith("sources/") and name.endswith(".txt") for name in files)
        assert [package.read(name).decode() for name in files] == [TEXT, EVIL.text, "x" * 50]
    paths = project(written).xpath("//q:TextSource/@plainTextPath", namespaces=NS)
    assert paths == [name.replace("sources/", "internal://") for name in files]


def test_codes_are_actors_targets_and_stances(written):
    codes = project(written).xpath("q:CodeBook/q:Codes/q:Code", namespaces=NS)
    assert {top.get("name"): [code.get("name") for code in top if code.get("name")] for top in codes} == {
        "Actors": ["Ana Lund", "the Green League", "Kim <k>"],
        "Targets": ["the bridge", "the toll", "&x"],
        "Stances": ["favor", "against", "neutral"],
    }


def test_places_count_code_points(written):
    selection = project(written).xpath("//q:PlainTextSelection", namespaces=NS)[1]
    assert (selection.get("startPosition"), selection.get("endPosition")) == (str(FAIR.start), str(FAIR.end))
    assert selection.get("name") == FAIR.text


def test_one_export_has_the_identifiers_of_the_next(written, tmp_path):
    write_qdpx([from_analysis(ANALYSIS)], tmp_path / "b.qdpx")
    of = [set(project(file).xpath("//@guid")) for file in (written, tmp_path / "b.qdpx")]
    assert of[1] < of[0]


def test_it_is_read_back(written):
    assert read_qdpx(written) == [*from_analysis(ANALYSIS).statements, BY_HAND]


def test_a_selection_with_several_codes_is_a_statement_for_each_combination(written, caplog):
    root = project(written)
    selections = root.xpath("//q:PlainTextSelection", namespaces=NS)
    league = root.xpath("//q:Code[@name='the Green League']/@guid", namespaces=NS)[0]
    more = etree.SubElement(selections[0], f"{{{NS['q']}}}Coding", guid="00000000-0000-0000-0000-000000000000")
    etree.SubElement(more, f"{{{NS['q']}}}CodeRef", targetGUID=f"{{{league.upper()}}}")
    selections[1].remove(selections[1].find("q:Coding", NS))
    file = changed(written, lambda _: etree.tostring(root, encoding="unicode"))
    first, *_ = from_analysis(ANALYSIS).statements
    with caplog.at_level(logging.WARNING):
        found = read_qdpx(file)
    assert found[:2] == [first, replace(first, actor="the Green League", kind="group")]
    assert len(found) == 6
    assert "1 selections of" in caplog.text


def test_a_selection_with_very_many_codes_is_refused(written):
    """A file of a few megabytes could else name a million times a million statements."""
    root = project(written)
    coding = root.find(".//q:Coding", NS)
    for group, number in (("Actors", 40), ("Targets", 30)):
        codes = root.xpath(f"//q:Code[@name='{group}']", namespaces=NS)[0]
        for code in range(number):
            guid = f"{group}-{code}"
            etree.SubElement(codes, f"{{{NS['q']}}}Code", guid=guid, name=guid)
            etree.SubElement(coding, f"{{{NS['q']}}}CodeRef", targetGUID=guid)
    file = changed(written, lambda _: etree.tostring(root, encoding="unicode"))
    with pytest.raises(InputError, match="more than 1,000 combinations of actor, target and stance; give it fewer"):
        read_qdpx(file)


def test_a_text_may_stand_in_the_project_and_begin_with_a_mark(tmp_path):
    file = tmp_path / "a.qdpx"
    one = statement(document(1, text="So A said."), "A", "x", True, 3)
    write_qdpx(grouped([one]), file)
    marked = changed(
        file, members=lambda found: {n: b"\xef\xbb\xbf" * n.endswith(".txt") + c for n, c in found.items()}
    )
    assert read_qdpx(marked) == [one]
    changed(
        file,
        lambda text: text.replace(f'plainTextPath="internal://{one_guid(file)}.txt"', "").replace(
            "<PlainTextSelection", "<PlainTextContent>So A said.</PlainTextContent><PlainTextSelection", 1
        ),
    )
    SCHEMA.assertValid(project(file))
    assert read_qdpx(file) == [one]
    changed(file, lambda text: text.replace("<PlainTextContent>So A said.</PlainTextContent>", ""))
    with pytest.raises(InputError, match="the text of 'Title 1' is not in"):
        read_qdpx(file)


def one_guid(file):
    return project(file).xpath("//q:TextSource/@guid", namespaces=NS)[0]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:100], "is no XML that can be read"),
        (lambda text: text.replace("?>", f"?>{BOMB}", 1), "has a document type, which no project needs"),
        (lambda text: f"<a>{'<b>' * 5000}</a>", "is no XML that can be read"),
        (lambda text: "<a/>", "is no REFI-QDA project: it begins with a"),
        (lambda text: text.replace('name="Targets"', 'name="Ziele"'), "has no codes below Actors, Targets, Stances"),
        (lambda text: text.replace('name="against"', 'name="con"'), "has the stance 'con'; it must be favor"),
        (lambda text: text.replace('endPosition="', 'endPosition="9'), "does not stand in document"),
        (lambda text: text.replace('endPosition="', 'endPosition="x'), "is damaged: invalid literal"),
        (lambda text: text.replace(".txt", ".text"), r"has no sources/.*\.text in it"),
    ],
)
def test_what_is_wrong_in_a_project_is_told(written, change, message):
    with pytest.raises(InputError, match=message):
        read_qdpx(changed(written, change))


def test_an_entity_that_names_a_file_is_not_read(written, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    kind = f'?><!DOCTYPE x [<!ENTITY s SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    file = changed(written, lambda text: text.replace("?>", kind, 1).replace('name="favor"', 'name="&s;"'))
    with pytest.raises(InputError) as raised:
        read_qdpx(file)
    assert "hunter2" not in str(raised.value)


def test_a_package_that_unpacks_to_too_much_is_refused(written, monkeypatch):
    monkeypatch.setattr("newstance.service.exchange.packages._UNPACKED", 1000)
    with pytest.raises(InputError, match=r"unpacks to more than 0\.001 MB"):
        read_qdpx(written)
    monkeypatch.setattr("newstance.service.exchange.packages._MEMBERS", 3)
    with pytest.raises(InputError, match="has 4 files in it; 3 are the most"):
        read_qdpx(written)


def test_a_bomb_is_not_unpacked_beyond_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr("newstance.service.exchange.packages._UNPACKED", 1_000_000)
    file = tmp_path / "a.qdpx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package, package.open("project.qde", "w") as member:
        for _ in range(50):
            member.write(bytes(1_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="unpacks to more than 1 MB"):
            read_qdpx(file)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_size_that_the_package_lies_about_does_not_matter(written, monkeypatch):
    """The bound is on what comes out, not on what the directory of the package says."""
    content = written.read_bytes()
    size = len(zipfile.ZipFile(io.BytesIO(content)).read("project.qde")).to_bytes(4, "little")
    assert size in content
    written.write_bytes(content.replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(InputError, match=r"project\.qde"):
        read_qdpx(written)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04" + b"\xff" * 100])
def test_what_is_no_package_is_refused(tmp_path, content):
    (tmp_path / "a.qdpx").write_bytes(content)
    with pytest.raises(InputError, match=r"is no zip file|has no project\.qde"):
        read_qdpx(tmp_path / "a.qdpx")
