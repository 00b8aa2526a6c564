"""Up to four instruments, days, districts or municipalities side by side."""

from ui.comparison_page import show

show()
