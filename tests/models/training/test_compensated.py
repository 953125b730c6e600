import numpy as np
import pytest
import torch

from newstance.models.training.compensated import STEPS, compensated, on_grid


def rounded(weight, kept):
    """As an export rounds: seven bits, a scale for each output, some columns left alone."""
    others = np.setdiff1d(np.arange(weight.shape[1]), kept)
    scale = weight[:, others].abs().amax(1, keepdim=True) / STEPS
    made = weight.clone()
    made[:, others] = (weight[:, others] / scale).round() * scale
    return made


@pytest.fixture(scope="module")
def given():
    torch.manual_seed(0)
    inputs = torch.randn(900, 9) @ torch.randn(9, 300) + 0.1 * torch.randn(900, 300)  # more than two blocks
    return torch.randn(12, 300), inputs, np.array([3, 17])


def test_outputs_are_nearer_than_by_rounding_alone(given):
    weight, inputs, kept = given
    wanted = inputs @ weight.T

    def error(made):
        return (inputs @ made.T - wanted).square().mean().item()

    found = on_grid(weight, inputs.T @ inputs, kept)
    assert error(found) < 0.2 * error(rounded(weight, kept))


def test_rounding_what_lies_on_the_grid_changes_nothing(given):
    weight, inputs, kept = given
    found = on_grid(weight, inputs.T @ inputs, kept)
    assert torch.allclose(rounded(found, kept), found, atol=1e-5)
    others = np.setdiff1d(np.arange(300), kept)
    assert torch.allclose(found[:, others].abs().amax(1), weight[:, others].abs().amax(1), atol=1e-5)


def test_layers_that_are_not_named_stay_and_so_does_the_model():
    torch.manual_seed(0)

    class Two(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = torch.nn.Linear(8, 8), torch.nn.Linear(8, 2)

        def forward(self, values):
            return self.second(self.first(values))

    model = Two()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    examples = [{"values": np.random.default_rng(i).normal(size=(3, 8)).astype(np.float32)} for i in range(9)]
    small = compensated(model, examples, {"first": np.array([1])})
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(small.second.weight, model.second.weight)
    assert not torch.equal(small.first.weight, model.first.weight)
    assert torch.allclose(rounded(small.first.weight.detach(), [1]), small.first.weight, atol=1e-5)


def test_a_layer_that_the_model_does_not_have_is_named():
    with pytest.raises(ValueError, match="the model has no layers second"):
        compensated(torch.nn.Linear(4, 4), [], {"second": np.array([1])})
