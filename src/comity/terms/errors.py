"""Faults that a person is told of: a sentence that names the thing, the place and the way out."""


class Fault(Exception):
    """Something outside this program is not as it must be; the message is for the person who can mend it.

    The command line prints it without a traceback and exits with 1.
    """


class UsageFault(Fault):
    """The words of a command are off; it exits with 2."""
