"""The map of all municipalities: one layer, one date."""

from ui.map_page import show

show()
