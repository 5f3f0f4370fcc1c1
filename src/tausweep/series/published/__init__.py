"""Reading files that others publish: a module for each data set."""
