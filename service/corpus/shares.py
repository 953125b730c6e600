"""Shares of statements for and against, with bands that say how far they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

SEED = 20230913
RESAMPLES = 1000
LEVEL = 0.95
# The percentile bootstrap is too narrow where few units are resampled, and says nothing of one.
LEAST_ARTICLES = 5
# From here on the sums over drawn articles are normal as near as makes no difference, and are drawn as such: one place
# would otherwise take a tenth of a second.
LARGE = 200


@dataclass(frozen=True)
class Share:
    """A share with its band, each 0 to 1; the band is None where resampling cannot give one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Shares:
    """What some articles' statements show.

    Attributes:
        favor: The share in favor.
        against: The share against.
        articles: How many articles.
        statements: How many statements.
        note: Why there is no band; "" if there is one.
    """

    favor: Share
    against: Share
    articles: int
    statements: int
    note: str = ""

    @property
    def side(self) -> Literal["favor", "against", "neutral"]:
        """The side whose band lies above that of the other; neutral where they overlap, or there is none."""
        favor, against = self.favor, self.against
        if favor.low is None or favor.high is None or against.low is None or against.high is None:
            return "neutral"
        return "favor" if favor.low > against.high else "against" if against.low > favor.high else "neutral"


def shares(counts: npt.NDArray[np.int64], articles: npt.NDArray[np.int64], key: int = 0) -> Shares:
    """Shares of statements, with percentile bands of a bootstrap that resamples articles.

    Statements of one article depend on each other: it quotes who it likes. So whole articles are drawn with
    replacement, each with all of its statements, and the share is taken anew in each draw (resampling of clusters:
    A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application, 1997, section 3.8; percentile intervals:
    B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Articles with the same counts
    cannot be told apart by a draw, so that how often each sort of article is drawn is one multinomial number: the same
    distribution as drawing article by article. From ``LARGE`` articles on, the sums over the drawn articles are drawn
    from their limit instead, a normal distribution with the articles' means and covariances.

    Args:
        counts: Shape (sorts of articles, 4): how many statements an article of this sort has in favor, against,
            mixed and neutral. What is not to count (neutral ones, say) is 0. No row is 0 throughout.
        articles: Shape (sorts of articles,): how many articles are of this sort.
        key: Which place in an answer this is; a place keeps its band whatever else is asked.

    Returns:
        The shares; ``note`` says where a band is missing: fewer than ``LEAST_ARTICLES`` articles, or all of them
        alike, so that no draw differs from another.
    """
    total = int(articles.sum())
    sums = articles @ counts
    statements = int(sums.sum())
    favor, against = (float(sums[i] / statements) for i in (0, 1))
    mixes = counts / counts.sum(axis=1, keepdims=True)
    if total < LEAST_ARTICLES:
        note = f"fewer than {LEAST_ARTICLES} articles: no band"
    elif np.ptp(mixes, axis=0).max() == 0:
        note = "all articles show the same: no band"
    else:
        tail = (1 - LEVEL) / 2
        low, high = np.quantile(_drawn_shares(counts, articles, key), (tail, 1 - tail), axis=0)
        bands = [Share(value, float(low[i]), float(high[i])) for i, value in enumerate((favor, against))]
        return Shares(bands[0], bands[1], total, statements)
    return Shares(Share(favor), Share(against), total, statements, note)


def _drawn_shares(counts: npt.NDArray[np.int64], articles: npt.NDArray[np.int64], key: int) -> npt.NDArray[np.float64]:
    """The shares for and against in each draw, shape (draws, 2)."""
    chance = np.random.default_rng([SEED, key])
    total = int(articles.sum())
    each = np.column_stack([counts[:, :2], counts.sum(axis=1)])
    if total < LARGE:
        drawn = chance.multinomial(total, articles / total, size=RESAMPLES) @ each
    else:
        spread = np.cov(each, rowvar=False, fweights=articles, ddof=0) * total
        drawn = chance.multivariate_normal(articles @ each, spread, size=RESAMPLES, method="eigh")
    drawn_shares: npt.NDArray[np.float64] = np.clip(drawn[:, :2] / drawn[:, 2:], 0.0, 1.0)
    return drawn_shares
