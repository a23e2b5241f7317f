"""Reading requests: what a body may say on each surface, and what of it is more than inference."""
