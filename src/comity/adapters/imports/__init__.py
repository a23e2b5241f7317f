"""Configurations of other gateways, read as a first draft of a stack file.

What they say about addresses, names and weights is carried over. What law must know they do not say: the draft marks
each such place, and `comity check` refuses the file until people have filled it in.
"""
