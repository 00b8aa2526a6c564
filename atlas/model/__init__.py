"""Keys, dates, programmes, records: the types everything else speaks in."""
