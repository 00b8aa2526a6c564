"""Where the record is kept current, for those who may."""

from ui.maintenance_page import show

show()
