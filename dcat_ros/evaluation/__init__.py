"""Scores of predictions against truth, by window and by event."""
