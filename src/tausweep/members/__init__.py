"""Stage `members`: what became of every trained member of a sweep."""
