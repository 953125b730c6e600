import hashlib
import json

import pytest

from newstance.eval import targets
from newstance.eval.read_articles import ARTICLES
from newstance.eval.target_fit import fit, judged
from newstance.eval.targets import Answer, Question, answers, faults, listed_articles, scores
from newstance.models import Annotator
from newstance.models.errors import ConfigError, InputError
from newstance.service import Actor, Mention, Profile
from newstance.service.cli import main
from newstance.service.reading.targets import Candidate


def actor(name, *aliases):
    return Actor(name, "person", aliases, (Mention(0, 1, name),))


@pytest.mark.parametrize(
    ("proposal", "asked"),
    [
        ("council tax", True),
        ("Council Taxes of Harwick", True),
        ("tax", False),
        ("council", False),
        ("the mayor's levies", True),
        ("Ms Solberg", True),
        ("Solberg's plan", False),
    ],
)
def test_a_question_is_asked_by_its_words_or_by_a_name(proposal, asked):
    question = Question("the tax", ("Solberg",), (("council", "tax*"), ("lev*",)))
    assert question.is_asked_by(proposal) is asked


def test_a_word_is_matched_whole_and_in_the_plural():
    question = Question("the ban", (), (("ban",),))
    assert question.is_asked_by("bans on ships")
    assert not question.is_asked_by("banks")


@pytest.fixture(scope="module")
def real():
    return Annotator.load(Profile.load("embedded").annotator)


TEXT = (
    "Mayor Anna Schmidt said the council tax in Harwick was “a burden we carry” in 2019. "
    "The town wants the wind park on Sorrel Hill, and its plan to ban ships. Anna Schmidt agreed."
)


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("proposals", "found"),
    [
        (["council tax in Harwick", "Anna Schmidt", "wind park on Sorrel Hill"], ["", "", ""]),
        (["council"], ["a part of a phrase"]),
        (["tax in Harwick"], ["a part of a phrase"]),
        (["“a burden"], ["half a quotation"]),
        (["its plan"], ["a pronoun"]),
        (["2019"], ["a date or number"]),
        (["town wants the wind park"], ["a clause"]),
        (["in Harwick"], ["no noun phrase"]),
        (["carbon tax"], ["not in the text"]),
        (["plan to ban ships", "ships"], ["", "repeats another"]),
        (["council tax", "council tax in Harwick"], ["", "repeats another"]),
        (["Anna Schmidt", "Schmidt"], ["", "repeats another"]),
        (["the council tax in Harwick was such a burden"], ["too long"]),
    ],
)
def test_faults_of_proposals(real, proposals, found):
    assert faults(proposals, real.annotate(TEXT), [actor("Anna Schmidt", "Schmidt")]) == found


def test_an_actor_and_its_budget_are_no_repetition(real):
    doc = real.annotate("Bakers fear Anna Schmidt and Anna Schmidt's budget.")
    assert faults(["Anna Schmidt", "Anna Schmidt's budget"], doc, [actor("Anna Schmidt")]) == ["", ""]


def test_shares_are_of_articles_questions_and_proposals():
    made = [
        Answer("a", ("x", "y"), (True, False), (True, False), ("", "too long")),
        Answer("b", ("z",), (False, False), (False,), ("",)),
    ]
    values = {name: estimate.value for name, estimate in scores(made).items()}
    assert values == pytest.approx({"articles": 1 / 2, "questions": 1 / 4, "hits": 1 / 3, "clean": 2 / 3})


def test_nothing_proposed_is_a_miss_and_not_a_crash(real):
    questions = (Question("the tax", (), (("tax",),)),)
    [answer] = answers(
        [targets.ListedArticle("a", "A tax.", questions)], lambda text, most: ([], real.annotate(text), []), 3
    )
    assert answer.asked == (False,)
    assert scores([answer])["articles"].value == 0


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder with one article, of which a question is listed."""
    (tmp_path / "articles").mkdir()
    row = {"id": "one", "article": TEXT, "judgements": []}
    (tmp_path / ARTICLES).write_text(json.dumps(row))
    listed = {
        "id": "one",
        "part": "open",
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "questions": [
            {"name": "the tax", "has": [["council", "tax"]]},
            {"name": "the park", "is": ["Wind Park on Sorrel Hill"]},
        ],
    }
    monkeypatch.setattr(targets, "shipped_rows", lambda name: [listed])
    return tmp_path


def test_listed_articles_are_read_with_their_questions(data):
    [article] = listed_articles(data, "open")
    assert article.text == TEXT
    assert article.questions == (
        Question("the tax", (), (("council", "tax"),)),
        Question("the park", ("Wind Park on Sorrel Hill",), ()),
    )
    assert listed_articles(data, "held") == []


def test_missing_or_changed_articles_are_refused(data, tmp_path):
    with pytest.raises(ConfigError, match=r"no file .*; --data names the folder"):
        listed_articles(tmp_path / "elsewhere", "open")
    path = data / ARTICLES
    path.write_text(path.read_text().replace("burden", "joy"))
    with pytest.raises(InputError, match="the article one is missing, or is not the one that was read"):
        listed_articles(data, "open")
    path.write_text("")
    with pytest.raises(InputError, match="the article one is missing"):
        listed_articles(data, "open")


def test_every_list_has_one_to_four_questions_and_both_parts_are_there():
    rows = targets.shipped_rows(targets.LISTED)
    assert len({row["id"] for row in rows}) == len(rows)
    assert {part: sum(row["part"] == part for row in rows) for part in ("open", "held")} == {"open": 30, "held": 15}
    for row in rows:
        assert 1 <= len(row["questions"]) <= 4
        assert all(question.get("is") or question.get("has") for question in row["questions"])


@pytest.mark.embedded
def test_command_prints_shares_and_proposals(data, capsys):
    assert main(["targets", "--data", str(data), "--show"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 articles, 2 main questions\nat 3, articles: 1.000 (1.000 to 1.000)\n")
    assert "  + council tax in Harwick\n" in out
    assert "missed" not in out


def candidate(name, noun, deeds=(), **signals):
    words = frozenset(name.lower().split())
    return Candidate(name, noun, words, words, signals, deeds)


JUDGEMENTS = [
    {"actor": "Bakers", "target": "the carbon tax", "label": "against"},
    {"actor": "Cooks", "target": "the carbon tax", "label": "favor"},
    {"actor": "Bakers", "target": "Anna Schmidt", "label": "favor"},
    {"actor": "Bakers", "target": "weekends", "label": "neutral"},
]


def test_a_candidate_is_wanted_by_as_many_as_take_sides_on_it():
    found = [
        candidate("carbon tax", "tax"),
        candidate("carbon", "carbon"),
        candidate("weekend", "weekend"),
        candidate("Anna Schmidt", ""),
        candidate("tax on cars in Harwick and Kestria", "tax"),
    ]
    assert judged(found, [actor("Anna Schmidt")], JUDGEMENTS).judges == [2, 2, 0, 1, 0]


def test_fitted_weights_prefer_what_was_wanted():
    articles = []
    for i in range(60):
        found = [
            candidate("carbon tax", "tax", ("condemn",), uses=2.0 + i % 2),
            candidate("weekend", "weekend", ("on",), uses=float(i % 2)),
            candidate("Anna Schmidt", "", ("praise",), uses=2.0 + i % 2),
            candidate("Peter Miller", "", ("who go",), uses=float(i % 2)),
        ]
        articles.append(judged(found, [actor("Anna Schmidt"), actor("Peter Miller")], JUDGEMENTS))
    weights = fit(articles)
    assert weights.nouns["tax"] > 0 > weights.nouns["weekend"]
    assert weights.done_to_matters["condemn"] > 0 > weights.done_to_matters["on"]
    assert weights.done_to_actors["praise"] > 0 > weights.done_to_actors["who go"]
    tax, weekend, schmidt, miller = map(weights.of, found)
    assert tax > 0 > weekend
    assert schmidt > 0 > miller


def test_what_is_seen_in_one_article_alone_tells_nothing_of_it():
    rare = judged([candidate("carbon tax", "tax", uses=1.0)], [], JUDGEMENTS)
    others = [
        judged([candidate("carbon plan", "plan", uses=1.0 + i % 3), candidate("day", "day", uses=0.5)], [], [])
        for i in range(50)
    ]
    named = [candidate("Anna Schmidt", "", uses=1.0), candidate("Li", "", uses=0.0)]
    people = judged(named, [actor("Anna Schmidt")], JUDGEMENTS)
    assert "tax" not in fit([rare, *others, people]).nouns
