"""Where everything comes from, what the words mean, what is doubtful, and what is owed."""

from ui.about_page import show

show()
