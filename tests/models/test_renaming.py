import pytest

from newstance.models.renaming import names_in, renamed
from newstance.models.stance import StanceQuery

KIM = StanceQuery("Kim's aides said Kim blamed Lee Ward; Kimberley did not.", "Kim", "Lee Ward")


def test_names_are_replaced_as_whole_words_in_text_and_question():
    assert names_in(KIM) == {"holder": "Kim", "target": "Lee Ward"}
    assert renamed(KIM, {"holder": "Ann Ray", "target": "Kim"}) == StanceQuery(
        "Ann Ray's aides said Ann Ray blamed Kim; Kimberley did not.", "Ann Ray", "Kim"
    )


def test_places_of_parts_are_not_kept_as_they_would_lie_elsewhere():
    parts = StanceQuery(KIM.text, KIM.holder, KIM.target, ((0, 32), (33, 57)))
    assert renamed(parts, {"holder": "Kimberley-Ann"}).parts == ()


@pytest.mark.parametrize(
    ("text", "holder", "target", "found"),
    [
        ("Kim blamed the dam.", "Kim", "the dam", {"holder": "Kim"}),
        ("I blame Kim.", "author", "Kim", {"target": "Kim"}),
        ("Kim Ward blamed Kim.", "Kim Ward", "Kim", {}),
        ("He blamed her.", "Kim", "Lee", {}),
    ],
)
def test_only_names_that_the_text_holds_and_tells_apart(text, holder, target, found):
    assert names_in(StanceQuery(text, holder, target)) == found
