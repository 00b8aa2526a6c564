"""Taking a table into the record: the gate that reads, checks and compares it, and empty tables to fill in."""
