import pytest

from newstance.models.splits import base_of, is_held_out

IDS = [f"case-{number:04d}" for number in range(4000)]


@pytest.mark.parametrize(
    ("identity", "base"),
    [
        ("k1-001", "k1-001"),
        ("k1-001b", "k1-001"),
        ("7b", "7"),
        ("suburb", "suburb"),
        ("b", "b"),
        ("k1-001b2", "k1-001b2"),
    ],
)
def test_twins_share_a_base(identity, base):
    assert base_of(identity) == base


def test_about_the_share_is_held_out():
    held = sum(is_held_out(identity, 0.15) for identity in IDS)
    assert 0.13 * len(IDS) < held < 0.17 * len(IDS)
    assert not any(is_held_out(identity, 0.0) for identity in IDS)
    assert all(is_held_out(identity, 1.0) for identity in IDS)


def test_the_part_of_a_row_never_changes():
    # Trained weights depend on these: another rule would judge them on what they were trained on.
    assert [identity for identity in IDS[:40] if is_held_out(identity, 0.15)] == ["case-0012", "case-0013"]


def test_a_smaller_part_lies_within_a_larger_one():
    assert all(is_held_out(identity, 0.3) for identity in IDS if is_held_out(identity, 0.1))


@pytest.mark.parametrize("share", [-0.1, 1.5, 15])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="from 0 to 1, not"):
        is_held_out("case-0001", share)
