"""One municipality, by link."""

from ui.municipality_page import show

show()
