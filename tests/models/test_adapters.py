import json

import pytest
import tiny

from newstance.models.adapters import adapter_folder, fingerprint
from newstance.models.errors import ConfigError, ModelError, WeightsNotFoundError
from newstance.models.sources import converted_gguf
from newstance.models.summarizer import SummarizerSettings, load_summarizer

FIRST, SECOND, THIRD = "Senators passed this bill.", "Governors rejected that plan!", "Nobody knows why?"
SCRIPT = f"{FIRST} {SECOND} {THIRD}"
TEXT = tiny.article(8)


def adapter(folder, model, module, after, then, rank=1):
    """An adapter of one layer: where ``after`` came in, ``then`` comes out."""
    import torch
    from peft import LoraConfig, get_peft_model

    wrapped = get_peft_model(model, LoraConfig(r=rank, lora_alpha=rank, target_modules=[module]))
    into, out_of = (weight for name, weight in wrapped.named_parameters() if "lora_" in name)
    with torch.no_grad():
        into.zero_()
        out_of.zero_()
        into[0, after] = 1
        out_of[then, 0] = 500
    wrapped.save_pretrained(folder)
    return folder


def chat_adapter(folder, of, module="lm_head", **options):
    """An adapter by which a tiny chat model begins its summary with the second sentence."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(of)
    after, then = tokenizer.convert_tokens_to_ids(["assistant", "Governors"])
    return adapter(folder, AutoModelForCausalLM.from_pretrained(of), module, after, then, **options)


def summary(source, kind="chat", **settings):
    return load_summarizer(SummarizerSettings(kind=kind, source=f"path:{source}", **settings)).summarize(
        TEXT, sentences=1
    )


@pytest.fixture
def chat(tmp_path):
    return tiny.chat(tmp_path / "chat", SCRIPT)


def test_a_chat_model_writes_as_its_adapter_says(chat, tmp_path):
    folder = chat_adapter(tmp_path / "adapter", chat)
    assert summary(chat).text == FIRST
    assert summary(chat, adapter=f"path:{folder}").text == SECOND


def test_an_encoder_decoder_writes_as_its_adapter_says(tmp_path):
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    bart = tiny.bart(tmp_path / "bart", SCRIPT)
    tokenizer = AutoTokenizer.from_pretrained(bart)
    after, then = tokenizer.convert_tokens_to_ids(["</s>", "Governors"])
    model = AutoModelForSeq2SeqLM.from_pretrained(bart)
    folder = adapter(tmp_path / "adapter", model, "decoder.layers.0.fc2", after, then)
    assert summary(bart, "seq2seq").text == FIRST
    assert summary(bart, "seq2seq", adapter=f"path:{folder}").text == SECOND


def test_a_gguf_file_is_kept_with_its_adapter_and_without(tmp_path):
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM

    file = tiny.gguf(tmp_path / "tiny.gguf")
    with pytest.raises(ConfigError):  # its window is too small for a summary: it is loaded by then
        summary(file)
    without = converted_gguf(file)
    folder = adapter(tmp_path / "adapter", AutoModelForCausalLM.from_pretrained(without), "q_proj", 2, 3)
    with pytest.raises(ConfigError):
        summary(file, adapter=f"path:{folder}")
    merged = without.parent / f"{without.name}-{fingerprint(folder)[:16]}"
    name = "model.layers.0.self_attn.q_proj.weight"
    difference = load_file(merged / "model.safetensors")[name] - load_file(without / "model.safetensors")[name]
    assert difference[3, 2] == 500
    assert torch.count_nonzero(difference) == 1


def test_another_adapter_has_another_fingerprint(chat, tmp_path):
    one = chat_adapter(tmp_path / "one", chat)
    two = chat_adapter(tmp_path / "two", chat, rank=2)
    assert fingerprint(one) != fingerprint(two)
    settings = json.loads((one / "adapter_config.json").read_text())
    before = fingerprint(one)
    (one / "adapter_config.json").write_text(json.dumps(settings | {"lora_alpha": 7}))
    assert fingerprint(one) != before


def test_a_missing_adapter_says_what_was_looked_for(chat, tmp_path):
    with pytest.raises(WeightsNotFoundError, match=r"no weights for path:.*nowhere"):
        summary(chat, adapter=f"path:{tmp_path}/nowhere")
    folder = chat_adapter(tmp_path / "adapter", chat)
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(WeightsNotFoundError, match=r"holds no adapter: .* lacks adapter_model\.safetensors"):
        adapter_folder(f"path:{folder}")


def test_an_adapter_of_another_model_is_refused(chat, tmp_path):
    larger = tiny.chat(tmp_path / "larger", SCRIPT + " Rivals cheer loudly;)")
    of_larger = chat_adapter(tmp_path / "of-larger", larger)
    with pytest.raises(ModelError, match=r"the adapter path:.*of-larger does not fit this model: .*size mismatch"):
        summary(chat, adapter=f"path:{of_larger}")
    bart = tiny.bart(tmp_path / "bart", SCRIPT)
    of_queries = chat_adapter(tmp_path / "of-queries", chat)
    settings = json.loads((of_queries / "adapter_config.json").read_text())
    (of_queries / "adapter_config.json").write_text(json.dumps(settings | {"target_modules": ["gate_proj"]}))
    with pytest.raises(ModelError, match="does not fit this model"):
        summary(bart, "seq2seq", adapter=f"path:{of_queries}")


def test_an_adapter_that_lacks_weights_is_refused(chat, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = chat_adapter(tmp_path / "adapter", chat)
    weights = load_file(folder / "adapter_model.safetensors")
    gone = next(name for name in weights if "lora_B" in name)
    del weights[gone]
    save_file(weights, folder / "adapter_model.safetensors")
    with pytest.raises(ModelError, match=r"lora_B.* are in only one of them"):
        summary(chat, adapter=f"path:{folder}")
    save_file(weights | {"strange": weights[next(iter(weights))].clone()}, folder / "adapter_model.safetensors")
    with pytest.raises(ModelError, match=r"strange.* are in only one of them"):
        summary(chat, adapter=f"path:{folder}")


def test_an_adapter_of_prompts_is_refused(chat, tmp_path):
    from peft import PromptTuningConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(chat)
    get_peft_model(model, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2)).save_pretrained(
        tmp_path / "prompts"
    )
    with pytest.raises(ModelError, match="is made of prompts and cannot be merged"):
        summary(chat, adapter=f"path:{tmp_path / 'prompts'}")


@pytest.mark.parametrize("kind", ["lead", "extractive"])
def test_only_models_that_write_take_an_adapter(kind):
    with pytest.raises(ValueError, match="takes no adapter"):
        SummarizerSettings(kind=kind, adapter="path:x", **({"source": "path:y"} if kind == "extractive" else {}))
