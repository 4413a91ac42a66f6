"""Tools for whoever works on the package; no part of it."""
