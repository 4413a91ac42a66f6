"""The colour camera: pictures, of which the person's joints are kept and nothing else."""
