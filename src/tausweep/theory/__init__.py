"""How gradient descent learns linear dynamics: closed forms, arrays in and arrays out."""
