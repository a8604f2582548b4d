"""Dates as people and files write them, to instants; and periods of time to count by.

Two questions, two functions: `read_stamp` reads the time of an article and how exactly it is known (a
format, no guessing), `read_period` reads what a person asks for, which is always a stretch of time:

    "2025" "2025-02" "2025-02-11" "2025-W07" "2025-02-11T18"      the year, month, day, week, hour
    "today" "yesterday" "last week" "this month" "7d" "2w"        relative to `now`, in the zone
    "11 February 2025" "feb 2025" "3 days ago"                    spoken, through dateparser
    "03/04/2024"                                                  refused: March 4 or 3 April?

Everything is worked out in the zone given. An instant comes back in UTC, a period with the offsets of the
zone. In a daylight-saving fold the first reading is taken (fold=0); a time in the gap is moved on by the gap.
"""

from search.dates.instants import DayOrder, Stamp, UnreadableDate, read_stamp, read_zone, shortened
from search.dates.periods import (
    INTERVALS,
    Interval,
    Period,
    boundaries,
    checked_bound,
    interval_name,
    read_period,
)

__all__ = [
    "INTERVALS",
    "DayOrder",
    "Interval",
    "Period",
    "Stamp",
    "UnreadableDate",
    "boundaries",
    "checked_bound",
    "interval_name",
    "read_period",
    "read_stamp",
    "read_zone",
    "shortened",
]
