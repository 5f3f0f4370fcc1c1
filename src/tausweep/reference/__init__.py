"""Stage `reference`: floor and ceiling of a metric, once per signal."""
