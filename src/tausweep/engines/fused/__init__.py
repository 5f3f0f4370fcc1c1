"""The compiled engine: forward and hand-written backward pass of every cell, in C."""
