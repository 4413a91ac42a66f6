"""Recordings of people with labels: one file a data set, all giving the same `Trial`."""

from dcat_ros.datasets.registry import DATASETS, data_folder, load
from dcat_ros.datasets.trial import Dataset, DatasetInfo, Signal, Skipped, Trial

__all__ = [
    'DATASETS',
    'Dataset',
    'DatasetInfo',
    'Signal',
    'Skipped',
    'Trial',
    'data_folder',
    'load',
]
