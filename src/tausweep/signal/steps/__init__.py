"""Steps that can be done to a series, one module each; SciPy is imported where they use it, as most
signals need none of them.
"""
