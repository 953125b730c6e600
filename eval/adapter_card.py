"""The model card of a trained summarizer's adapter, written from its training run."""

from __future__ import annotations

from pathlib import Path

from newstance.models.training.summarizer import SummarizerTrainingSettings, TrainedAdapter

from .card import training_data


def write_adapter_card(settings: SummarizerTrainingSettings, trained: TrainedAdapter) -> Path:
    """Write ``README.md`` into the folder of a trained summarizer's adapter, and return its path."""
    lengths = sorted({length for losses in trained.losses.values() for length in losses})
    lines = [
        f"# {settings.name}",
        "",
        "A LoRA adapter by which a small chat model writes faithful summaries of news in the number of sentences asked "
        "for. A profile names it as `adapter:`; it is merged into the model as that is loaded.",
        "",
        "| | |",
        "|---|---|",
        f"| for | {settings.source} ({settings.licence}) |",
        f"| training | {sum(trained.rows.values()):,} rows, {settings.epochs:g} epochs, batches of "
        f"{settings.batch_size}, learning rate {settings.learning_rate:g}, rank {settings.rank}, "
        f"seed {settings.seed} |",
        f"| made by | `newstance train {settings.name} --data DIR` |",
        "",
        *training_data(settings.train, trained.rows),
        "",
        "## Held-out summaries",
        "",
        "Nats a token of the right summaries, by their number of sentences.",
        "",
        f"| set | {' | '.join(map(str, lengths))} |",
        f"|---|{'---|' * len(lengths)}",
        *(
            f"| {name} | {' | '.join(f'{losses[n]:.3f}' if n in losses else '' for n in lengths)} |"
            for name, losses in trained.losses.items()
        ),
        "",
    ]
    path = trained.folder / "README.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
