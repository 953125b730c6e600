import json
import logging
from dataclasses import replace

import pytest
from coded import ANALYSIS, FAIR, TEXT, document, statement
from lxml import etree

from newstance.models.errors import InputError
from newstance.service.exchange import (
    CodedDocument,
    from_analysis,
    label_studio_config,
    read_label_studio,
    write_label_studio,
)

FROM_MODEL = from_analysis(ANALYSIS)


@pytest.fixture
def tasks(tmp_path):
    write_label_studio([FROM_MODEL, CodedDocument(document(4))], tmp_path / "tasks.json")
    return json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))


def exported(tmp_path, tasks, **more):
    """What Label Studio exports where a coder has submitted each prediction as it was."""
    told = {"completed_by": {"id": 3, "email": "zoe@example.org"}, "updated_at": "2024-05-06T07:08:09.1Z"} | more
    done = [
        {
            "id": number,
            "data": task["data"],
            "annotations": [{"result": p["result"], **told} for p in task["predictions"]],
        }
        for number, task in enumerate(tasks, 1)
    ]
    file = tmp_path / "export.json"
    file.write_text(json.dumps(done), encoding="utf-8")
    return file


def test_a_task_has_the_text_and_its_statements_as_predictions(tasks):
    first, empty = tasks
    assert (first["data"]["text"], first["data"]["title"]) == (TEXT, "The bridge")
    assert empty["predictions"] == []
    (prediction,) = first["predictions"]
    assert prediction["model_version"] == "newstance"
    assert len(prediction["result"]) == 4 * 5
    place = {"start": FAIR.start, "end": FAIR.end}
    assert prediction["result"][4:8] == [
        {"id": "s2", "from_name": name, "to_name": "text", "type": kind, "value": place | value, "score": 0.8}
        for name, kind, value in (
            ("statement", "labels", {"text": FAIR.text, "labels": ["Statement"]}),
            ("stance", "choices", {"text": FAIR.text, "choices": ["favor"]}),
            ("actor", "textarea", {"text": ["Ana Lund"]}),
            ("target", "textarea", {"text": ["the toll"]}),
        )
    ]


def test_the_interface_has_a_tag_for_every_part_of_a_prediction(tasks):
    tags = {tag.get("name"): tag for tag in etree.fromstring(label_studio_config()).iter() if tag.get("name")}
    (prediction,) = tasks[0]["predictions"]
    for part in prediction["result"]:
        assert tags[part["from_name"]].get("toName") == part["to_name"]
        assert tags[part["from_name"]].tag.lower() == part["type"]
        values = {value.get("value") for value in tags[part["from_name"]]}
        assert set(part["value"].get(part["type"], ())) <= values
    assert tags["text"].get("value") == "$text"


def test_what_coders_submit_is_read_back(tmp_path, tasks):
    expected = [
        replace(s, probability=None, coder="zoe@example.org", time="2024-05-06T07:08:09.1Z")
        for s in FROM_MODEL.statements
    ]
    assert read_label_studio(exported(tmp_path, tasks)) == expected
    (first, *_) = read_label_studio(exported(tmp_path, tasks, completed_by=7))
    assert first.coder == "annotator 7"


def test_a_changed_region_is_what_counts(tmp_path, tasks):
    tasks = [{"data": {"text": "Kim likes  it."}, "predictions": [{"result": [
        {"id": "a", "from_name": "statement", "value": {"start": 0, "end": 13, "text": "Kim likes it"}},
        {"id": "a", "from_name": "actor", "value": {"start": 0, "end": 13, "text": [" Kim "]}},
        {"id": "a", "from_name": "target", "value": {"start": 0, "end": 13, "text": "it"}},
        {"id": "a", "from_name": "stance", "value": {"choices": ["Against"]}},
        {"type": "relation", "from_id": "a", "to_id": "a"},
    ]}]}]  # fmt: skip
    (found,) = read_label_studio(exported(tmp_path, tasks))
    assert (found.actor, found.target, found.agreement, found.text) == ("Kim", "it", False, "Kim likes  it")
    assert found.document.id == "task 1"


def test_places_in_units_are_noticed_by_the_text(tmp_path, tasks):
    for part in tasks[0]["predictions"][0]["result"]:
        part["value"]["start"], part["value"]["end"] = (
            len(TEXT[: part["value"][name]].encode("utf-16-le")) // 2 for name in ("start", "end")
        )
    assert [s.text for s in read_label_studio(exported(tmp_path, tasks))] == [s.text for s in FROM_MODEL.statements]


def test_a_region_that_is_not_where_its_text_is_is_refused(tmp_path, tasks):
    tasks[0]["data"]["text"] = "Another text. " + TEXT
    with pytest.raises(InputError, match=r"'Ana Lund praised the bridge\.' does not stand from 0 to 28"):
        read_label_studio(exported(tmp_path, tasks))


def test_a_place_without_end_is_refused(tmp_path, tasks):
    file = exported(tmp_path, tasks)
    file.write_text(file.read_text(encoding="utf-8").replace(f'"start": {FAIR.start}', '"start": 1e999'))
    with pytest.raises(InputError, match=r"is no export of Label Studio as JSON, .*cannot convert float infinity"):
        read_label_studio(file)


def test_an_unfinished_region_is_left_out_and_told(tmp_path, tasks, caplog):
    del tasks[0]["predictions"][0]["result"][1]
    with caplog.at_level(logging.WARNING):
        assert len(read_label_studio(exported(tmp_path, tasks))) == 4
    assert "1 regions of" in caplog.text


def test_each_coder_is_a_prediction_of_its_own(tmp_path):
    where = document(1)
    both = (statement(where, "A", "x", True), statement(where, "A", "x", False, coder="Kim"))
    write_label_studio([CodedDocument(where, both)], tmp_path / "a.json")
    (task,) = json.loads((tmp_path / "a.json").read_text())
    assert [p["model_version"] for p in task["predictions"]] == ["newstance", "Kim"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no JSON"),
        ("[]", "has no annotation"),
        ("[1]", "is no export of Label Studio as JSON"),
        ('{"a": 1}', "is no export of Label Studio as JSON"),
        ('[{"id": 1, "text": "x", "statement": []}]', "JSON-MIN and CSV do not say"),
        (
            '[{"id": 1, "data": {"text": "x"}, "annotations": [{"result": [], "was_cancelled": true}]}]',
            "has no annotation",
        ),
    ],
)
def test_what_is_no_export_is_refused(tmp_path, content, message):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputError, match=message):
        read_label_studio(tmp_path / "a.json")
