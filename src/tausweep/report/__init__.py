"""Stage `report`: one page to read, of an experiment or of a study."""
