"""Descriptions to what a drawing library wants."""
