"""Exact bounds of a proportion by Clopper and Pearson, without a library.

C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of
the binomial, Biometrika 26 (1934), 404-413. The bounds are quantiles of a beta distribution, found
here by bisection of the regularised incomplete beta function.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

import msgspec

_TINY = 1e-300
_TERMS = 10_000


class Share(msgspec.Struct, frozen=True):
    """A share with its two-sided 95% bounds; ``of`` may be 0, then it can be anything.

    Attributes:
        count: how many.
        of: out of how many.
        low: lower bound, 0 to 1.
        high: upper bound, 0 to 1.
    """

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share itself, 0 to 1, or None out of nothing."""
        return self.count / self.of if self.of else None


def share(count: int, of: int) -> Share:
    """A count out of a number, with its 95% bounds."""
    low, high = bounds(count, of)
    return Share(count, of, low, high)


def bounds(count: int, of: int, *, outside: float = 0.05) -> tuple[float, float]:
    """The exact two-sided bounds of a proportion.

    Args:
        count: 0 to ``of``.
        of: number of independent cases; with 0 the bounds are 0 and 1.
        outside: probability left outside, half on each side.

    Raises:
        ValueError: a count below 0 or above ``of``.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no proportion")
    low = 0.0 if count == 0 else _quantile(outside / 2, count, of - count + 1)
    high = 1.0 if count == of else _quantile(1 - outside / 2, count + 1, of - count)
    return low, high


def upper_bound_of_none(of: int, *, outside: float = 0.05) -> float:
    """The one-sided upper bound after no event in ``of`` cases: 1 to 1 - 0.05 ** (1 / of)."""
    return 1.0 if of == 0 else 1 - outside ** (1 / of)


def _quantile(probability: float, a: float, b: float) -> float:
    """Where the beta distribution with a and b reaches a probability."""
    low, high = 0.0, 1.0
    for _ in range(60):  # to the last bits of a double
        middle = (low + high) / 2
        if incomplete_beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 to 1.

    By its continued fraction, which converges fast below the mean; above it the mirror image
    I_x(a, b) = 1 - I_(1-x)(b, a) is used (Abramowitz and Stegun 26.5.8 and 26.5.2).
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, evaluated from the front (the method of Lentz)."""
    value = _away(1 - (a + b) * x / (a + 1))
    numerator, denominator = 1.0, 1 / value
    value = denominator
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            denominator = 1 / _away(1 + term * denominator)
            numerator = _away(1 + term / numerator)
            value *= denominator * numerator
        if abs(denominator * numerator - 1) < 1e-15:
            return value
    raise ArithmeticError(f"no convergence at x={x}, a={a}, b={b}")


def _away(value: float) -> float:
    """The value, kept away from a division by 0."""
    return value if abs(value) > _TINY else _TINY
