"""What is in the store of results: to list, look at, compare, verify, clean and open it."""
