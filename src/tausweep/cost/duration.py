"""Times as people say them."""


def duration(seconds: float) -> str:
    """In seconds, minutes or hours, as far as it matters."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
