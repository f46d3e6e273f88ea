"""Sunrise and sunset to a few minutes, from the sunrise equation (Meeus, Astronomical Algorithms, chapters 25
and 15, cut short). What is large stays an integer: the board's floats have 22 bits."""

from math import acos, asin, cos, pi, sin

_YEAR_2000 = 10957  # its first day, since 1970
_ALTITUDE_deg = -0.833  # of the sun's centre when its edge touches the horizon: refraction and radius


def event(day, place, setting):
    """Minute since 1970 (UTC) at which the sun rises (or sets) on a day of the place's own mean time, counted
    since 1970; -1 if it does not. `place` as in torpor.triggers."""
    latitude, longitude = _radians(100 * place[0]), place[1]
    anomaly = 357529 + ((day - _YEAR_2000) * 3600 - longitude) * 9856 // 36000  # thousandths of a degree
    M = _radians(anomaly)
    centre = int(1914.8 * sin(M) + 20 * sin(2 * M))
    L = _radians(anomaly + centre + 282937)
    declination = asin(sin(L) * 0.39779)
    height = sin(_ALTITUDE_deg * pi / 180) - sin(latitude) * sin(declination)
    cosine = height / (cos(latitude) * cos(declination))
    if not -1 <= cosine <= 1:
        return -1
    half = acos(cosine) * 720 / pi
    noon = 720 - longitude * 0.4 + 7.6 * sin(M) - 9.9 * sin(2 * L)
    return day * 1440 + int(noon + (half if setting else -half) + 2880.5) - 2880


def _radians(thousandths):
    return (thousandths + 180000) % 360000 * (pi / 180000) - pi
