"""Print how many articles each of some queries finds, month by month, as CSV.

python coverage_by_month.py index_data strike storm '"rate cut"' > coverage.csv
"""

import csv
import sys

from search.query import open_archive


def main(location: str, *queries: str) -> None:
    with open_archive(location) as archive:
        counts = {query: archive.timeline(query, "month").bins for query in queries}
    by_month = {query: {each.name: each.count for each in bins} for query, bins in counts.items()}
    months = sorted({month for of_query in by_month.values() for month in of_query})
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["month", *queries])
    table.writerows([month, *(by_month[query].get(month, 0) for query in queries)] for month in months)


if __name__ == "__main__":
    main(*sys.argv[1:])
