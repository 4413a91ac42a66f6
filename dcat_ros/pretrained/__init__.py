"""Trained networks of others that a sensor needs: which there are, where they lie, how to get them.

Nothing here is part of the package: a file is fetched once, checked, and kept in the user's cache.
"""
