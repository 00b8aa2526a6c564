"""Plain ASGI routes and middleware."""
