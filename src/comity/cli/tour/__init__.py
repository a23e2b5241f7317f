"""The tour: a gateway of its own, seven requests, and a receipt that somebody else verifies."""
