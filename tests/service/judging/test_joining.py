"""Sentences that go on from others, told with them."""

import pytest

from newstance.service.judging.joining import joined


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("Solberg won.", "She said it was hard.", "Solberg won, and she said it was hard."),
        ("Solberg won.", "They left.", "Solberg won, and they left."),
        ("Solberg won.", "His rivals left.", None),  # whose, where two are named?
        ("Solberg won.", "But he lost.", "Solberg won, but he lost."),
        ("The team won (2-0).", "And it left.", "The team won (2-0), and it left."),
        ("Solberg won.", "Berg lost.", None),
        ("Solberg won.", "But, he said, she lost.", None),
        ("Solberg won!", "She left.", None),
        ("Solberg won, and Berg lost.", "But she left.", None),  # a chain
        ("Solberg won.", "It follows a row about the race.", None),  # not she, but that she did
        ('Solberg said "yes".', "She left.", None),  # whoever speaks next would speak within
        ("Solberg spoke of ‘a start.", "She left.", None),
        ("Solberg left the U.S.", "She was tired.", None),
        ("Solberg works for Berg Inc.", "She is tired.", None),
        ("Solberg won " + "again " * 30 + "today.", "She said that she was tired of winning.", None),
    ],
)
def test_what_goes_on_is_joined(first, second, both):
    assert joined(first, second) == both
