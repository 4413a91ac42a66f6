"""Benchmarks: ratios measured in one run, and the comparison with MiniRocket."""
