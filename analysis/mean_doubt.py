"""How sure the mean of a few wakes is: Student's interval, for few of them hardly at all."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt

import numpy as np

from .log import FloatArray

#: 97.5 % quantile of Student's distribution for 1 to 30 degrees of freedom. Source: any table of it.
STUDENT_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
#: For more it is 1.96 + this / degrees, within 0.1 %.
BEYOND = 2.4


def mean_doubt(values: Sequence[float] | FloatArray) -> float:
    """Half the width of the 95 % interval of a mean over some values; NaN for one alone."""
    count = len(values)
    if count < 2:
        return nan
    return student_95(count - 1) * float(np.std(values, ddof=1)) / sqrt(count)


def student_95(degrees: int) -> float:
    """So many standard errors to either side hold a mean 19 times of 20."""
    return STUDENT_95[degrees - 1] if degrees <= len(STUDENT_95) else 1.96 + BEYOND / degrees
