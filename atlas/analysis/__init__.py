"""Facts to tables: status as of a date, neighbours, counts, quality."""
