"""The names in dates: months and days of the week in seven languages, and time zones."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = """
    january jan januar jaenner jän jänner januari janvier janv enero ene gennaio gen janeiro
    february feb februar feber februari février févr fév febrero febbraio fevereiro fev
    march mar märz maerz mär mrz mars marzo maart mrt março
    april apr avril avr abril abr aprile
    may mai mei mayo maggio mag maio
    june jun juni juin junio giugno giu junho
    july jul juli juillet juil julio luglio lug julho
    august aug août aout agosto ago augustus
    september sept sep septembre septiembre setiembre settembre setembro set
    october oct oktober okt octobre octubre ottobre ott outubro out
    november nov novembre noviembre novembro
    december dec dezember dez décembre déc diciembre dic dicembre dezembro
"""
_WEEKDAYS = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim
    lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom
    lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
    segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira
    seg ter qua qui sex
"""
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Hours east of Greenwich, for the zones of RFC 822 and other unambiguous abbreviations."""

_MOSCOW: Final = "MSK"
"""Moscow had two offsets: four hours from 2011 to 2014, three before and after."""


def _bare(name: str) -> str:
    """Write a name in lower case and without accents."""
    return "".join(c for c in normalize("NFD", name.lower()) if not combining(c))


_MONTH_NUMBERS = {
    _bare(name): number
    for number, line in enumerate(_MONTHS.strip().splitlines(), start=1)
    for name in line.split()
}
_WEEKDAY_NAMES = frozenset(map(_bare, _WEEKDAYS.split()))


def find_month(name: str) -> int | None:
    """Return the number of the month with this name, 1 to 12, or None."""
    return _MONTH_NUMBERS.get(_bare(name))


def is_weekday(name: str) -> bool:
    """True if this is the name of a day of the week."""
    return _bare(name) in _WEEKDAY_NAMES


def find_zone(name: str) -> tzinfo | None:
    """Return the zone with this abbreviation, or None if it is unknown or ambiguous."""
    name = name.upper()
    if name == _MOSCOW:
        try:
            return ZoneInfo("Europe/Moscow")
        except ZoneInfoNotFoundError:
            return None
    hours = _ZONES.get(name)
    return None if hours is None else timezone(timedelta(hours=hours)) if hours else UTC
