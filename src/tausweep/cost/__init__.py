"""What a run will cost: jobs, processor time, memory and disk, before any of it is spent."""
