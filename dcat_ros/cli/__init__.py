"""The command `dcat`: one verb a job, one file a verb, no logic."""
