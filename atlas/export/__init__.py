"""Bytes for download."""
