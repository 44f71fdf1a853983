"""Exact bounds are those of a reference, and of what the literature says of zero misses."""

import pytest
from clopper_pearson import bounds, incomplete_beta, share, upper_bound_of_none

# scipy 1.x, stats.beta.ppf(0.025, k, n - k + 1) and ppf(0.975, k + 1, n - k).
REFERENCE = [
    (0, 10, 0.0, 0.3084971078187607),
    (1, 10, 0.0025285785444617848, 0.4450161170281954),
    (5, 10, 0.18708602844739855, 0.8129139715526015),
    (10, 10, 0.6915028921812392, 1.0),
    (212, 246, 0.8122524462387777, 0.9023487803646028),
    (0, 299, 0.0, 0.012261595907535044),
    (3, 170, 0.003654138453527275, 0.050703835232311305),
    (50, 5356, 0.006936572638232149, 0.012289149399740263),
    (283, 5356, 0.04699842998611076, 0.059170499032436645),
    (5300, 5356, 0.9864438053486838, 0.9920925840966603),
    (1, 1, 0.025, 1.0),
    (0, 2543, 0.0, 0.0014495498232182092),
]


@pytest.mark.parametrize(("count", "of", "low", "high"), REFERENCE)
def test_the_bounds_are_those_of_the_reference(
    count: int, of: int, low: float, high: float
) -> None:
    assert bounds(count, of) == pytest.approx((low, high), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("of", "percent"), [(15, 18.1), (32, 8.9), (246, 1.21), (299, 1.0), (598, 0.5), (2543, 0.12)]
)
def test_no_miss_in_n_leaves_the_upper_bound_of_the_literature(of: int, percent: float) -> None:
    assert upper_bound_of_none(of) * 100 == pytest.approx(percent, abs=0.05)


def test_the_upper_bound_after_nothing_is_the_one_sided_exact_one() -> None:
    assert bounds(0, 250, outside=0.1)[1] == pytest.approx(upper_bound_of_none(250))


def test_out_of_nothing_anything_is_possible() -> None:
    nothing = share(0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0.0, 1.0)
    assert upper_bound_of_none(0) == 1.0


def test_the_mirror_image_has_mirrored_bounds() -> None:
    low, high = bounds(17, 90)
    assert bounds(73, 90) == pytest.approx((1 - high, 1 - low))


def test_the_incomplete_beta_function_of_equal_sides_is_half_way_at_a_half() -> None:
    assert incomplete_beta(0.5, 4, 4) == pytest.approx(0.5)


@pytest.mark.parametrize(("count", "of"), [(-1, 10), (11, 10), (1, 0)])
def test_what_is_no_proportion_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        bounds(count, of)
