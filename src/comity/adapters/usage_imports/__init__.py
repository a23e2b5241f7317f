"""Usage of gateways that are in use today: read from their exports, so that a replay needs nothing in the path."""
