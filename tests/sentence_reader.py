"""A reader of judged articles that needs no models; in a module of its own, so that other processes find it."""

from newstance.models.stance import StanceQuery
from newstance.models.training.judged import MadeRow


def split_reader():
    """Reads a sentence where there is a full stop; the first of an article is its evidence."""

    def rows(article, judgements, judged):
        first, second, *_ = article.split(". ")
        made = [
            MadeRow(StanceQuery(article, j.actor, j.target), j.label, f"window of {size} words")
            for j in judgements
            for size in judged.windows
        ]
        if judged.sentences:
            for j in judgements:
                made.append(MadeRow(StanceQuery(first, j.actor, j.target), j.label, "sentence"))
                made.append(MadeRow(StanceQuery(second, j.actor, j.target), "neutral", "sentence", is_evidence=False))
        return made

    return rows
