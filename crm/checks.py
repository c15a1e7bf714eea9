"""Deployment mistakes, reported by name when the program starts."""
