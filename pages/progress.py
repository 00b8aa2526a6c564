"""How the programme has come along, and what changed between two days."""

from ui.progress_page import show

show()
