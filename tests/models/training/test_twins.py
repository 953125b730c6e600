import random
import re

from newstance.models.stance import StanceQuery
from newstance.models.training.twins import twin_of

KIM = StanceQuery("Kim's aides said Kim blamed Lee Ward.", "Kim", "Lee Ward")
NAMES = ["Ann Ray", "Bob Lie", "Cobalt Group", "Dora Minh"]


def test_a_twin_says_the_same_of_others():
    rng = random.Random(1)
    twins = [twin_of(KIM, NAMES, rng) for _ in range(200)]
    for twin in twins:
        assert twin.text == f"{twin.holder}'s aides said {twin.holder} blamed {twin.target}."
        assert not {twin.holder, twin.target} & {"Kim", "Lee Ward"} and twin.holder != twin.target
    masked = [twin for twin in twins if re.fullmatch(r"[A-Z]\w+ [A-Z]", twin.holder)]
    assert 40 < len(masked) < 100
    assert {twin.holder for twin in twins if twin not in masked} == set(NAMES)


def test_no_twin_without_a_name_or_with_a_name_that_is_taken():
    rng = random.Random(1)
    assert twin_of(StanceQuery("He blamed the dam.", "author", "the dam"), NAMES, rng) is None
    told = StanceQuery("Kim blamed Lee Ward before Ann Ray and Bob Lie.", "Kim", "Lee Ward")
    twins = [twin_of(told, ["Ann Ray", "Bob Lie"], rng) for _ in range(50)]
    assert all(twin is None or "Ann" not in twin.holder for twin in twins)
    assert None in twins
