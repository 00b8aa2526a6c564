"""The handbook, chapter by chapter."""

from ui.help_page import show

show()
