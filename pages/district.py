"""One district, or the whole state, by link."""

from ui.district_page import show

show()
