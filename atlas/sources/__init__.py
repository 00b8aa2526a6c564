"""The only readers of files."""
