"""Which transfer gains what: a grid of trainings, its results as files, tables from the files."""
