import pytest

from newstance.service.reading.language import language_name, language_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The council voted on Monday to ban large ships from the old harbour.", "en"),
        ("Der Stadtrat hat am Montag große Schiffe aus dem alten Hafen verbannt.", "de"),
        ("Le conseil municipal a interdit lundi les grands navires du vieux port.", "fr"),
        ("市议会星期一投票禁止大型船只进入旧港口，渔民工会谴责了这项禁令。", "zh"),
        ("Solberg, Miller, Schmidt.", ""),
        ("", ""),
    ],
)
def test_language_is_told_or_left_open(text, code):
    assert language_of(text, 0.5) == code


def test_languages_have_english_names():
    assert [language_name(code) for code in ("de", "zh", "xx-none", "")] == ["German", "Chinese", "xx-none", ""]
