"""A map excerpt to take home."""

from ui.export_page import show

show()
