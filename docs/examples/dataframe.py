"""Count the matches of a query by quarter and keyword with pandas.

python dataframe.py index_data storm
"""

import sys

import pandas as pd

from search.query import open_archive


def main(location: str, query: str) -> None:
    with open_archive(location) as archive:
        rows = [
            {"published": article.published, "keyword": keyword}
            for article in archive.scan(f"({query}) -date:none")
            for keyword in article.keywords or ("(no keyword)",)
        ]
    frame = pd.DataFrame(rows, columns=["published", "keyword"])
    quarter = pd.to_datetime(frame["published"], utc=True).dt.tz_localize(None).dt.to_period("Q")
    print(frame.groupby([quarter, "keyword"]).size().unstack(fill_value=0).to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
