"""What can be seen in a text: identifiers, contacts, accounts, credentials, conditions, the language. Pure functions.

What was found leaves this package as classes of data with a count, and jurisdictions where an identifier tells one;
the text does not. Nothing found says nothing: docs/guides/detect.md has what detectors cannot see.
"""

VERSION = "1"
"""Of all detectors together; entries name it. Raised whenever the same text may be judged otherwise."""
