import json

import pytest

from newstance import configs
from newstance.eval.actors import ActorScore, listed, score_judged, score_listed, score_set, score_shipped
from newstance.eval.labelled import load_set
from newstance.models import Annotator
from newstance.models.errors import InputError
from newstance.service import Actor, Mention, Profile
from newstance.service.reading.actors import find_actors


def actor(name, *aliases):
    return Actor(name, "person", aliases, (Mention(0, 1, name),))


def test_listed_actors_tell_missed_doubled_and_false():
    found = [actor("Kim Jong Un", "Kim"), actor("the North Korean leader"), actor("Tofu"), actor("Seoul")]
    wanted = [["Kim Jong Un", "North Korean leader"], ["Vladimir Putin", "Putin"]]
    score = score_listed(wanted, [["Seoul"]], found)
    assert score == ActorScore(2, 4, ("Vladimir Putin",), ("Kim Jong Un",), ("Tofu",))
    assert score.recall == 0.5
    assert score.as_text().splitlines() == [
        "recall 0.500 (1 of 2), twice 1, false 1 of 4 entries",
        "  missed: Vladimir Putin",
        "  twice: Kim Jong Un",
        "  false: Tofu",
    ]


def test_an_actor_with_one_entry_is_neither_missed_nor_twice():
    score = score_listed([["Kim Jong Un"], ["Putin"]], [], [actor("Kim Jong Un"), actor("Putin")])
    assert score == ActorScore(2, 2, (), (), ())


def test_judged_actors_tell_nothing_of_false_ones():
    found = [actor("Kim Jong Un"), actor("Kim"), actor("Tofu")]
    score = score_judged(["Kim", "Kim", "Putin"], found)
    assert score == ActorScore(2, 3, ("Putin",), (), None)
    assert score_judged(["Kim"], [*found, actor("Peter", "Kim")]).twice == ("Kim",)
    assert "false" not in (score + score).as_text()
    whole = score_listed([["Kim", "Kim Jong Un"]], [], found)
    assert (score + whole).false is (whole + score).false is None
    assert (whole + whole).false == ("Tofu", "Tofu")


def test_a_set_is_scored_article_by_article(tmp_path):
    rows = [{"article": f"{name} praised it.", "judgements": [{"actor": name, "target": "it", "label": "favor"}]}
            for name in ("Anna", "Peter")]  # fmt: skip
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, rows)))
    config = "name: mine\nkind: articles\nterms: none\nfile: {path: set.jsonl}\n"
    (tmp_path / "set.yaml").write_text(config)
    labelled = load_set(tmp_path / "set.yaml")
    assert score_set(labelled, lambda text: [actor(text.split()[0])]).missed == ()
    assert score_set(labelled, lambda text: [actor("Anna")]).missed == ("Peter",)
    with pytest.raises(InputError, match="floor-stance has no articles"):
        score_set(load_set("floor-stance"), lambda text: [])


def test_every_listed_article_is_shipped_and_names_its_actors():
    texts = {}
    score_shipped(lambda text: texts.setdefault(len(texts), text) and [])
    assert len(texts) == len(listed()) == len({row["id"] for row in listed()})
    assert configs.find("eval", "floor-articles").is_file()


@pytest.mark.embedded
def test_actors_of_the_listed_articles_are_found():
    annotator = Annotator.load(Profile.load("embedded").annotator)
    score = score_shipped(lambda text: find_actors(annotator.annotate(text)))
    assert score.recall >= 0.95
    assert score.twice == ()
    assert score.false is not None
    assert len(score.false) <= score.entries / 10
