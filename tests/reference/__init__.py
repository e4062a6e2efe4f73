"""Slow, independent reference implementations, used only to check the library."""
