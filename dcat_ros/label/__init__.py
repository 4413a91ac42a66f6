"""Labelling recordings by hand: a page on this machine, and the files that others read."""
