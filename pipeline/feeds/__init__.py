"""A carrier's files → normalised, keyed and day-partitioned Parquet: the way in of call behaviour."""
