"""Steering the rollout, from the public record."""

from ui.steering_page import show

show()
