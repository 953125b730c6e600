import pytest
import yaml

from newstance.service.reading.lexicon import FOLDER, words

LISTS = {
    (file.stem, name): text.split()
    for file in sorted(FOLDER.glob("*.yaml"))
    for name, text in yaml.safe_load(file.read_text(encoding="utf-8")).items()
}


@pytest.mark.parametrize(("theme", "name"), LISTS)
def test_a_list_holds_each_word_once_in_order_and_in_small_letters(theme, name):
    listed = LISTS[theme, name]
    assert listed == sorted(set(listed))
    assert [word for word in listed if word != word.lower()] == []
    assert words(theme, name) == set(listed)


def test_every_list_is_used():
    code = "".join(
        path.read_text(encoding="utf-8") for path in FOLDER.parents[2].rglob("*.py") if path.name != "lexicon.py"
    )
    assert [f'words("{theme}", "{name}")' for theme, name in LISTS if f'words("{theme}", "{name}")' not in code] == []
