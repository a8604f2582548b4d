"""Dates as people and files write them, to instants; and periods of time to count by.

`read_stamp` reads the time of an article and its precision: a fixed grammar, no guesses. `read_period` reads
a date that a person asks for, which is always a period:

    "2025" "2025-02" "2025-02-11" "2025-W07" "2025-02-11T18"      the year, month, day, week, hour
    "today" "yesterday" "last week" "this month" "7d" "2w"        relative to `now`, in the zone
    "11 February 2025" "feb 2025" "3 days ago"                    spoken, through dateparser
    "03/04/2024"                                                  refused: March 4 or 3 April?
    "03.04.2024"                                                  3 April

Everything is computed in the given zone. An instant is returned in UTC, a period with the offsets of the
zone. Where the clock is put back, a time that occurs twice is the first one (fold=0); where it is put
forward, a time that is skipped is moved by the gap.
"""

from search.dates.instants import DayOrder, Stamp, UnreadableDate, read_stamp, read_zone, shortened
from search.dates.periods import (
    INTERVALS,
    WEEKDAYS,
    Interval,
    Period,
    boundaries,
    checked_bound,
    interval_name,
    interval_start,
    read_period,
)

__all__ = [
    "INTERVALS",
    "WEEKDAYS",
    "DayOrder",
    "Interval",
    "Period",
    "Stamp",
    "UnreadableDate",
    "boundaries",
    "checked_bound",
    "interval_name",
    "interval_start",
    "read_period",
    "read_stamp",
    "read_zone",
    "shortened",
]
