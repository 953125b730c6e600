"""How a summary is written: piece by piece, by chance or not, side by side with others."""

import inspect
import threading

import pytest
import tiny
from scripted import LONG, MAKERS, SCRIPT, SENTENCES, SHORT

from newstance.models.errors import InputError, ModelError

# Streaming


@pytest.mark.parametrize("name", MAKERS)
def test_streamed_pieces_are_the_text(load, name):
    pieces = []
    summary = load(name).summarize(SHORT, on_text=pieces.append)
    assert "".join(pieces) == summary.text
    assert len([piece for piece in pieces if piece]) > 5


def test_beam_search_is_streamed_in_one_piece(load):
    pieces = []
    summary = load("bart", num_beams=2, max_new_tokens=20).summarize(SHORT, on_text=pieces.append)
    assert summary.sentences == SENTENCES[:3]
    assert [piece for piece in pieces if piece] == [summary.text]
    assert len(pieces) > 5


def test_only_the_last_level_is_streamed(load):
    pieces = []
    summary = load(max_input_tokens=64).summarize(LONG, sentences=1, on_text=pieces.append)
    assert summary.chunks > 1
    assert "".join(pieces) == summary.text
    assert pieces.count("") > summary.chunks


@pytest.mark.parametrize("text", [SHORT, LONG])
def test_exception_in_on_text_stops_at_once(load, text):
    class StopError(Exception):
        pass

    tokens = []

    def stop(piece):
        tokens.append(piece)
        if len(tokens) == 3:
            raise StopError

    summarizer = load(max_input_tokens=64)
    with pytest.raises(StopError):
        summarizer.summarize(text, on_text=stop)
    assert len(tokens) == 3
    # The lock is free again.
    assert summarizer.summarize(SHORT, sentences=1).text == SENTENCES[0]


# Decoding


def test_sampling_has_its_own_random_numbers(load):
    import torch

    options = {"do_sample": True, "temperature": 50.0, "max_new_tokens": 40}
    one, again, other = (load(**options, seed=seed) for seed in (1, 1, 2))
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    texts = [sampled(summarizer) for summarizer in (one, one, again, other)]
    assert torch.equal(torch.rand(3), expected)
    assert texts[0] == texts[1] == texts[2] != texts[3]


def sampled(summarizer):
    try:
        return summarizer.summarize(SHORT, sentences=2).text
    except ModelError as error:  # random words need not make a sentence
        return str(error)


def test_another_sample_is_drawn_at_random_and_the_same_number_draws_the_same(load):
    summarizer = load()
    greedy = summarizer.summarize(SHORT, sentences=2)
    asked = []
    generator = summarizer._generator
    generate = generator._model.generate

    def watched(**arguments):
        import torch

        asked.append((arguments.get("do_sample"), arguments.get("temperature"), torch.initial_seed()))
        return generate(**arguments)

    generator._model.generate = watched
    try:
        again = [summarizer.summarize(SHORT, sentences=2, sample=sample) for sample in (1, 1, 2)]
        assert summarizer.summarize(SHORT, sentences=2) == greedy
    finally:
        generator._model.generate = generate
    # The tiny model is so sure of its words that chance changes nothing; it must have been let loose all the same.
    assert again[0] == again[1]
    assert [sampled for sampled, _, _ in asked] == [True, True, True, None]
    assert asked[0][1] == 0.5
    assert asked[0][2] == asked[1][2] != asked[2][2]


def test_decoding_settings_reach_the_model(load):
    config = load(
        "bart", num_beams=3, repetition_penalty=1.2, no_repeat_ngram_size=4
    )._generator._model.generation_config
    assert (config.num_beams, config.repetition_penalty, config.no_repeat_ngram_size) == (3, 1.2, 4)
    config = load("t5")._generator._model.generation_config
    assert (config.repetition_penalty, config.max_length, config.do_sample) == (1.1, None, False)


def test_a_chat_model_in_a_loop_writes_no_run_of_words_twice(load, watch):
    looping, stopped = load(loop=True, max_new_tokens=40), load(loop=True, max_new_tokens=40, no_repeat_ngram_size=4)
    for summarizer, repeats in ((looping, True), (stopped, False)):
        calls = watch(summarizer)
        summarizer.summarize(LONG, sentences=9)
        words = calls[-1].written.split()
        runs = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
        assert (len(set(runs)) < len(runs)) == repeats
        assert summarizer.summarize(LONG, sentences=2).text == " ".join(SENTENCES[:2])
        assert [one.text for one in summarizer.summarize_many([LONG, SHORT], 2)] == [" ".join(SENTENCES[:2])] * 2


def test_a_chat_model_may_repeat_the_article_where_it_may_not_repeat_itself(load):
    article = f"{SHORT} {SCRIPT} {SHORT}"
    summarizer = load(no_repeat_ngram_size=2)
    assert summarizer.summarize(article, sentences=4).text == SCRIPT
    assert summarizer.summarize_many([article, SHORT], 4)[0].text == SCRIPT


def test_words_looked_up_in_the_article_give_the_same_text_in_fewer_steps(load):
    article = f"{SHORT} {SCRIPT} {SHORT}"

    def steps(text, **options):
        summarizer = load(**options)
        model, calls = summarizer._generator._model, []
        forward = model.forward
        model.forward = lambda *given, **named: calls.append(1) or forward(*given, **named)
        pieces = []
        assert summarizer.summarize(text, sentences=3, on_text=pieces.append).text == " ".join(SENTENCES[:3])
        assert "".join(pieces) == " ".join(SENTENCES[:3])
        summarizer.summarize(text, sentences=3, sample=1)
        return len(calls)

    assert steps(article, prompt_lookup=4) < 0.7 * steps(article)
    assert steps(article, prompt_lookup=4, no_repeat_ngram_size=4) < 0.7 * steps(article)
    assert steps(SHORT, prompt_lookup=4, num_beams=2) == steps(SHORT, num_beams=2)


def test_native_numbers_are_bfloat16_where_the_machine_computes_in_it(load, monkeypatch):
    import torch

    from newstance.models import bfloat16

    for has, expected in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda has=has: has)
        assert bfloat16.has_bfloat16("cpu") == has
        assert load(dtype="native")._generator._model.dtype == expected
    assert not bfloat16.has_bfloat16("mps")


def test_one_generation_at_a_time(load):
    summarizer = load()
    model, inside, most = summarizer._generator._model, [], []
    generate = model.generate

    def watched(**arguments):
        inside.append(1)
        most.append(len(inside))
        result = generate(**arguments)
        inside.pop()
        return result

    model.generate = watched
    texts = []
    threads = [
        threading.Thread(target=lambda: texts.append(summarizer.summarize(SHORT).text), daemon=True) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert texts == [" ".join(SENTENCES[:3])] * 3
    assert max(most) == 1


# Several at once


@pytest.mark.parametrize("name", MAKERS)
def test_several_texts_give_what_each_gives_alone(load, name):
    summarizer = load(name)
    texts = [SHORT, LONG, tiny.article(9), SENTENCES[0]]
    assert summarizer.summarize_many(texts, 2) == [summarizer.summarize(text, sentences=2) for text in texts]


def test_texts_that_fit_are_written_side_by_side(load, watch):
    summarizer = load()
    calls = watch(summarizer)
    summarizer.summarize_many([SHORT, tiny.article(9), tiny.article(7), SENTENCES[0]], 2)
    assert len(calls) == 1  # the last one is no longer than its summary


@pytest.mark.parametrize("settings", [{"num_beams": 2}, {"do_sample": True, "seed": 3}])
def test_beams_and_samples_are_written_one_by_one(load, watch, settings):
    summarizer = load(**settings)
    calls = watch(summarizer)
    texts = [SHORT, tiny.article(9)]
    assert summarizer.summarize_many(texts, 2) == [summarizer.summarize(text, sentences=2) for text in texts]
    assert len(calls) == 4


def test_a_text_of_which_nothing_comes_is_an_error_in_its_place(load):
    for first, second in (load(script="").summarize_many([SHORT, LONG]), load(script="").summarize_many([SHORT] * 2)):
        assert isinstance(first, ModelError)
        assert isinstance(second, ModelError)


def test_an_empty_text_among_several_is_refused(load):
    with pytest.raises(InputError, match="no text"):
        load().summarize_many([SHORT, " "])


# The prompt is read once


@pytest.fixture
def read_words(load):
    """A chat summarizer, and how many words its model reads at each step."""
    summarizer = load()
    model = summarizer._generator._model
    lengths = []
    forward = model.forward

    def counted(*given, **named):
        lengths.append(named["input_ids"].shape[1])
        return forward(*given, **named)

    counted.__signature__ = inspect.signature(forward)
    model.forward = counted
    yield summarizer, lengths
    model.forward = forward


def test_another_version_does_not_read_the_article_again(read_words):
    summarizer, lengths = read_words
    first = summarizer.summarize(SHORT, sentences=2)
    assert lengths[0] > len(SHORT.split())
    lengths.clear()
    again = summarizer.summarize(SHORT, sentences=2, sample=1)
    assert set(lengths) == {1}
    summarizer.summarize(LONG[:300], sentences=2)
    assert summarizer.summarize(SHORT, sentences=2, sample=1) == again
    assert summarizer.summarize(SHORT, sentences=2) == first


def test_what_was_stopped_is_read_anew(read_words):
    summarizer, lengths = read_words
    first = summarizer.summarize(SHORT, sentences=2)

    def stop(piece):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        summarizer.summarize(SHORT, sentences=2, sample=1, on_text=stop)
    lengths.clear()
    assert summarizer.summarize(SHORT, sentences=2) == first
    assert lengths[0] > len(SHORT.split())
