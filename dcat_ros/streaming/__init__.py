"""Samples with stamps in, predictions out: the one path that node, bag and validation share."""
