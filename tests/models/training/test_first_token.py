import numpy as np
import pytest

from newstance.models.training.first_token import first_token_alone

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

TEXTS = ["Kim praised Li", "w9 w10 w11 w12 w13 w14 w15 w16", "rain fell"]


@pytest.fixture
def model(mpnet):
    from transformers import MPNetForSequenceClassification

    settings = {"num_labels": 5, "initializer_range": 0.3, "attn_implementation": "eager"}
    classifier, tokenizer = mpnet(kind=MPNetForSequenceClassification, **settings)
    return classifier.eval(), tokenizer


def exported(model, tokenizer, folder):
    """What an export in float32 says of one batch, most of it padding."""
    import onnxruntime

    from newstance.models.training.export import export

    export(model, tokenizer, folder, "float32")
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    batch = tokenizer(TEXTS, padding=True, return_tensors="np")
    return session.run(None, {one.name: batch[one.name].astype(np.int64) for one in session.get_inputs()})[0]


def test_the_answers_are_the_same_in_torch_and_exported_with_padding_too(model, tmp_path):
    import torch

    classifier, tokenizer = model
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    whole = exported(*model, tmp_path / "whole")
    with torch.inference_mode(), first_token_alone(classifier):
        said = classifier(**batch).logits.numpy()
        states = classifier.mpnet(**batch).last_hidden_state
        alone = exported(*model, tmp_path / "alone")
    assert states.shape[:2] == (len(TEXTS), 1)  # it was the first token alone
    assert np.ptp(whole, axis=0).min() > 1e-3  # answers differ
    np.testing.assert_allclose(said, whole, atol=1e-5)
    np.testing.assert_allclose(alone, whole, atol=1e-5)


def test_afterwards_the_model_is_as_it_was(model):
    import torch

    classifier, tokenizer = model
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with pytest.raises(RuntimeError, match="interrupted"), first_token_alone(classifier):
        raise RuntimeError("interrupted")
    with torch.inference_mode():
        assert classifier.mpnet(**batch).last_hidden_state.shape[:2] == batch["input_ids"].shape


def test_other_models_are_left_alone(mpnet):
    import torch

    encoder, tokenizer = mpnet()
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode(), first_token_alone(encoder):
        assert encoder(**batch).last_hidden_state.shape[:2] == batch["input_ids"].shape
