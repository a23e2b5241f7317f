"""What must survive: `make faults` breaks a gateway in every way that it is built for, and prints what came of it."""
