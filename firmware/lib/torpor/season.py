"""The sun's course over the year on a tilted panel, from the latitude alone."""

from math import acos, cos, exp, pi, sin, tan


def course(latitude_deg, tilt_deg):
    """Sun of each half-month of the year on a panel that faces the equator, per mille of the best.

    Beam on the tilted plane behind a clear atmosphere, and 0.3 of the level plane's for the sky's light.
    """
    latitude = latitude_deg * pi / 180
    plane = latitude - (tilt_deg if latitude_deg >= 0 else -tilt_deg) * pi / 180
    found = []
    for half in range(24):
        declination = -0.409 * cos(2 * pi * ((half + 0.5) / 24 + 10 / 365))
        level = _day(latitude, declination, pi)
        noon = max(0.05, cos(latitude - declination))
        tilted = _day(plane, declination, _sunset(latitude, declination))
        found.append(max(0.0, tilted) * exp(-0.35 / noon) + 0.3 * max(0.0, level))
    best = max(found)
    return tuple([int(1000 * one / best) for one in found])


def flat():
    """Of a node that does not know where it is."""
    return (1000,) * 24


def _sunset(latitude, declination):
    """Hour angle of sunset, radians."""
    return acos(max(-1.0, min(1.0, -tan(latitude) * tan(declination))))


def _day(latitude, declination, latest):
    """Sun outside the atmosphere on a plane that lies level at `latitude`, up to an hour angle, relative."""
    angle = min(latest, _sunset(latitude, declination))
    return cos(latitude) * cos(declination) * sin(angle) + angle * sin(latitude) * sin(declination)
