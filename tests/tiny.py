"""Tiny real models, made on disk in a moment, that do what they are told.

Their weights are set by hand. A generative model says its script, word for word, whatever it is asked; a
classifier adds up weights of the words it sees. So tests know the right answer, and it takes the real
tokenizers, loaders, batches and generate() to get there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ARTICLE_WORDS = [
    "the",
    "senate",
    "voted",
    "on",
    "monday",
    "to",
    "raise",
    "taxes",
    "mayor",
    "said",
    "that",
    "he",
    "was",
    "against",
    "it",
    "crowds",
    "cheered",
]
ONE_LAYER = {"num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 4}
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|> {{ m['role'] }} {{ m['content'] }} <|im_end|> {% endfor %}"
    "{% if add_generation_prompt %}<|im_start|> assistant {% endif %}"
)


def article(sentences: int, words: int = 8) -> str:
    """An article of equally long sentences, no two of which are the same."""
    vocabulary = ARTICLE_WORDS
    return " ".join(
        f"N{i} " + " ".join(vocabulary[(i + j) % len(vocabulary)] for j in range(words - 2)) + f" end{i}."
        for i in range(sentences)
    )


# Generative models


def chat(folder: Path, script: str, loop: bool = False, positions: int = 512) -> Path:
    """A Llama with a chat template. With ``loop`` it starts over instead of ending."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    special = {"eos_token": "<|im_end|>", "pad_token": "<|im_end|>", "unk_token": "<unk>"}
    start = "<|im_start|>"
    tokenizer = _words_tokenizer(special, [start, "assistant", *script.split()], additional_special_tokens=[start])
    tokenizer.chat_template = CHAT_TEMPLATE
    size = len(tokenizer)
    config = LlamaConfig(
        hidden_size=size,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=positions,
        tie_word_embeddings=False,
        **ONE_LAYER,
        **_tokens(tokenizer),
    )
    model = LlamaForCausalLM(config)
    follows = _follows(tokenizer, script, after="assistant", loop=loop)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.fill_(1 if "norm" in name else 0)
        model.model.embed_tokens.weight.copy_(torch.eye(size))
        model.lm_head.weight.copy_(follows.T * 10)
    return _save(folder, model, tokenizer)


def bart(folder: Path, script: str, loop: bool = False, positions: int = 64, kind: str = "Bart") -> Path:
    """A BART or PEGASUS."""
    import transformers

    special = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    tokenizer = _words_tokenizer(special, script.split(), add_end=True)
    size = len(tokenizer)
    config = getattr(transformers, f"{kind}Config")(
        d_model=size,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=1,
        decoder_attention_heads=1,
        encoder_ffn_dim=size,
        decoder_ffn_dim=size,
        max_position_embeddings=positions,
        decoder_start_token_id=tokenizer.eos_token_id,
        forced_eos_token_id=None,
        **_tokens(tokenizer),
    )
    model = getattr(transformers, f"{kind}ForConditionalGeneration")(config)
    follows = _follows(tokenizer, script, after="</s>", loop=loop)
    _set_decoder(model, follows, into="layers.0.fc1", out_of="layers.0.fc2")
    return _save(folder, model, tokenizer)


def t5(folder: Path, script: str, loop: bool = False, positions: int = 64) -> Path:
    """A T5, whose config names its prefix for summaries."""
    from transformers import T5Config, T5ForConditionalGeneration

    special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    words = ["summarize:", *script.split()]
    tokenizer = _words_tokenizer(special, words, add_end=True, model_max_length=positions)
    size = len(tokenizer)
    config = T5Config(
        d_model=size,
        d_kv=8,
        d_ff=size,
        num_layers=1,
        num_heads=1,
        dropout_rate=0.0,
        decoder_start_token_id=tokenizer.pad_token_id,
        task_specific_params={"summarization": {"prefix": "summarize: ", "max_length": 5, "repetition_penalty": 1.1}},
        **_tokens(tokenizer),
    )
    model = T5ForConditionalGeneration(config)
    follows = _follows(tokenizer, script, after="<pad>", loop=loop)
    feed_forward = "block.0.layer.2.DenseReluDense"
    _set_decoder(model, follows, into=f"{feed_forward}.wi", out_of=f"{feed_forward}.wo")
    return _save(folder, model, tokenizer)


def _follows(tokenizer: Any, script: str, after: str, loop: bool) -> Any:
    """A matrix that turns each token (a row) into the one that follows it in the script."""
    import torch

    words = tokenizer.convert_tokens_to_ids(script.split())
    assert len(set(words)) == len(words), "each word of a script may come once: the word alone tells what follows"
    follows = torch.zeros(len(tokenizer), len(tokenizer))
    start, end = tokenizer.convert_tokens_to_ids(after), tokenizer.eos_token_id
    for this, following in zip([start, *words], [*words, words[0] if loop else end], strict=True):
        follows[this, following] = 1
    return follows


def _set_decoder(model: Any, follows: Any, into: str, out_of: str) -> None:
    """Nothing attends to anything; the decoder's feed-forward layer swaps each token for its follower."""
    import torch

    one_hot = torch.eye(len(follows))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("norm.weight") or ("layernorm" in name and name.endswith("weight")):
                weight.fill_(1)
            elif name.endswith(("shared.weight", f"decoder.{into}.weight")):
                weight.copy_(one_hot)
            elif name.endswith(f"decoder.{out_of}.weight"):
                weight.copy_(follows.T * 50)
            else:
                weight.zero_()


# Sequence classifiers


def classifier(
    folder: Path,
    labels: Sequence[str],
    weights: Mapping[str, Sequence[float]],
    bias: Sequence[float] | None = None,
    kind: str = "Bert",
    positions: int = 64,
) -> Path:
    """A BERT or DebertaV2 whose logits are ``bias`` plus the average of the weights of the words it sees.

    Args:
        folder: Where it goes.
        labels: Its labels, in the order of its outputs.
        weights: For each word that counts, one weight for each label.
        bias: One for each label.
        kind: What transformers calls the architecture.
        positions: How many tokens a pair may have.
    """
    import torch
    import transformers

    tokenizer = _pairs_tokenizer(weights, positions)
    size = 64
    config = getattr(transformers, f"{kind}Config")(
        hidden_size=size,
        max_position_embeddings=positions,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        type_vocab_size=2 if kind == "Bert" else 0,
        **ONE_LAYER,
        **_tokens(tokenizer),
    )
    model = getattr(transformers, f"{kind}ForSequenceClassification")(config)
    passing_on = ("value.weight", "value_proj.weight", "attention.output.dense.weight", "pooler.dense.weight")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.fill_(1 if name.lower().endswith("layernorm.weight") else 0)
            if name.endswith("word_embeddings.weight"):
                # Only the words that count have a place; layer norms take out the length of the text.
                counting = range(len(tokenizer) - len(weights), len(tokenizer))
                weight[counting, counting] = 1
            elif name.endswith(passing_on):
                weight.copy_(torch.eye(size))
        for word, row in weights.items():
            model.classifier.weight[:, tokenizer.convert_tokens_to_ids(word)] = torch.tensor(row, dtype=torch.float)
        if bias:
            model.classifier.bias.copy_(torch.tensor(bias, dtype=torch.float))
    return _save(folder, model, tokenizer)


def encoder(folder: Path, words: Sequence[str], positions: int = 128) -> Path:
    """A BERT encoder for sentence embeddings: texts are near each other as far as they share the given words."""
    import torch
    from transformers import BertConfig, BertModel

    tokenizer = _pairs_tokenizer(dict.fromkeys(words), positions)
    size = len(tokenizer)
    config = BertConfig(hidden_size=size, max_position_embeddings=positions, **ONE_LAYER, **_tokens(tokenizer))
    model = BertModel(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.fill_(1 if name.lower().endswith("layernorm.weight") else 0)
        # Each word has a direction of its own; marks of beginning and end, and all other words, have none.
        model.embeddings.word_embeddings.weight.copy_(torch.eye(size))
        model.embeddings.word_embeddings.weight[:4] = 0
    return _save(folder, model, tokenizer)


def _pairs_tokenizer(words: Mapping[str, Any], positions: int) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words]
    core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    core.normalizer = normalizers.Lowercase()
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        model_max_length=positions,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    )


# GGUF


def gguf(file: Path, first: float = 1.0) -> Path:
    """A Llama of one layer in a GGUF file; ``first`` is its first weight."""
    import numpy as np
    from gguf import GGUFWriter

    tokens = ["<unk>", "<s>", "</s>", *"abcd", "ab"]
    size = 8
    writer = GGUFWriter(str(file), "llama")
    writer.add_block_count(1)
    writer.add_context_length(32)
    writer.add_embedding_length(size)
    writer.add_feed_forward_length(size)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([2, 3, 3, 1, 1, 1, 1, 1])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(CHAT_TEMPLATE)
    square = np.eye(size, dtype=np.float32)
    norm = np.ones(size, np.float32)
    embedding = square.copy()
    embedding[0, 0] = first
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", norm)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        writer.add_tensor(f"blk.0.{name}.weight", square)
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{name}.weight", norm)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


# Shared


def _words_tokenizer(special: Mapping[str, str], words: Sequence[str], add_end: bool = False, **named: Any) -> Any:
    """Each word, with its punctuation, is a token; the special ones, by their names, come first."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = list(dict.fromkeys([*special.values(), *words, *ARTICLE_WORDS]))
    core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if add_end:
        end = special["eos_token"]
        core.post_processor = processors.TemplateProcessing(
            single=f"$A {end}", special_tokens=[(end, vocabulary.index(end))]
        )
    return PreTrainedTokenizerFast(tokenizer_object=core, **special, **named)


def _tokens(tokenizer: Any) -> dict[str, int | None]:
    """What a model's config says of its tokens."""
    named = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")}
    return {"vocab_size": len(tokenizer), **named}


def _save(folder: Path, model: Any, tokenizer: Any) -> Path:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def fit_settings(**changes: Any) -> Any:
    """How a tiny encoder is fitted in a moment."""
    from newstance.models.training.fit import FitSettings

    settings = {
        "layers": 1,
        "max_length": 24,
        "epochs": 2,
        "tokens_per_batch": 64,
        "learning_rate": 0.01,
        "warmup": 0.1,
        "weight_decay": 0.0,
        "betas": (0.9, 0.98),
        "clip": 1.0,
        "label_smoothing": 0.05,
        "seed": 3,
        "bf16": False,
    }
    return FitSettings(**settings | changes)
