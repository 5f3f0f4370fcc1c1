"""Reading files of one's own: a module for each format, behind one boundary."""
