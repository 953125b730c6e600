"""A tiny MPNet, as all trained models of this project are."""

import pytest

WORDS = ["{", "}", "[", "]", "kim", "li", "praised", "attacked", "saw", "toward", "rain", "fell", "said", "that"]


@pytest.fixture(scope="session")
def mpnet():
    """Makes the encoder and its tokenizer, with weights that a seed gives: (model, tokenizer)."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import MPNetConfig, MPNetModel, PreTrainedTokenizerFast, set_seed

    def make(words=300, kind=MPNetModel, seed=1, **settings):
        vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *WORDS]
        vocabulary += [f"w{i}" for i in range(words - len(vocabulary))]
        core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token="<unk>"))
        core.normalizer = normalizers.Lowercase()
        core.pre_tokenizer = pre_tokenizers.Whitespace()
        core.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        special = {"bos_token": "<s>", "cls_token": "<s>", "sep_token": "</s>", "eos_token": "</s>"}
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=core,
            **special,
            pad_token="<pad>",
            unk_token="<unk>",
            model_max_length=64,
            model_input_names=["input_ids", "attention_mask"],
        )
        set_seed(seed)
        size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
        config = MPNetConfig(vocab_size=len(vocabulary), max_position_embeddings=66, **size | settings)
        return kind(config), tokenizer

    return make
