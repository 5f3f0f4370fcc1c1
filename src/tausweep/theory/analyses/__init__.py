"""What the workflow computes of the theory: each is a class, from settings to a Dataset."""
