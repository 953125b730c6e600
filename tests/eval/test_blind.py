import json

import pytest

from newstance.eval import blind
from newstance.models.errors import InputError

KEY = {"one": [blind.LEAD, blind.DELIVERED, blind.PLAIN], "two": [blind.DELIVERED, blind.PLAIN, blind.LEAD]}
JUDGED = [
    {"id": "one", "A": ["true", "true"], "B": ["true", "unclear"], "C": ["false", "false"], "order": "BAC"},
    {"id": "two", "A": ["true"], "B": ["beside the point"], "C": ["true"], "order": "CAB"},
]


def test_verdicts_go_to_whose_the_summary_is():
    tallies = blind.count(JUDGED, KEY)
    assert tallies[blind.DELIVERED].verdicts == {"true": 2, "unclear": 1}
    assert tallies[blind.PLAIN].verdicts == {"false": 2, "beside the point": 1}
    assert [tallies[origin].sentences for origin in (blind.DELIVERED, blind.PLAIN, blind.LEAD)] == [3, 3, 3]
    assert tallies[blind.DELIVERED].liked == {blind.LEAD: 1, blind.PLAIN: 2}
    assert tallies[blind.LEAD].liked == {blind.DELIVERED: 1, blind.PLAIN: 2}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "three"}, "'three' was not drawn"),
        ({"A": ["maybe"]}, "one, A: 'maybe' is no verdict, which is one of true, false, unclear, beside the point"),
        ({"order": "AB"}, "one: the order 'AB' must hold each of A, B, C once"),
    ],
)
def test_verdicts_that_fit_nothing_are_refused(change, said):
    with pytest.raises(InputError, match=said):
        blind.count([{**JUDGED[0], **change}], KEY)


def test_the_count_is_printed(tmp_path, capsys):
    (tmp_path / "judged.jsonl").write_text("\n".join(map(json.dumps, JUDGED)))
    (tmp_path / "key.json").write_text(json.dumps(KEY))
    assert blind.main(["count", str(tmp_path / "judged.jsonl"), str(tmp_path / "key.json")]) == 0
    assert "delivered" in capsys.readouterr().out


@pytest.mark.embedded
def test_the_reader_sees_no_origin_and_the_key_names_it(tmp_path):
    assert blind.main(["draw", "samples", "--number", "1", "--out", str(tmp_path)]) == 0
    (line,) = map(json.loads, (tmp_path / "summaries.jsonl").read_text().splitlines())
    ((name, origins),) = json.loads((tmp_path / "key.json").read_text()).items()
    assert set(line) == {"id", "article", *blind.LETTERS}
    assert line["id"] == name
    assert sorted(origins) == sorted([blind.DELIVERED, blind.PLAIN, blind.LEAD])
    assert all(sentence in line["article"] for sentence in line[blind.LETTERS[origins.index(blind.LEAD)]])
