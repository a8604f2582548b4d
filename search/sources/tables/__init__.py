"""Files of records with named fields: CSV and TSV, JSON and JSON lines, Parquet, Excel."""
