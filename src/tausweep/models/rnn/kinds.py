"""The kinds of recurrent networks that there are."""

from __future__ import annotations

KINDS = {"plrnn": "PLRNN", "rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
"""The class of each cell, in the module of this package that bears the cell's name."""
