"""Tests of the pages through AppTest, without a browser."""
