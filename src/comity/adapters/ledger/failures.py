"""What can go wrong with a ledger, split by what the caller can do about it."""

from comity.terms.errors import Fault


class LedgerBroken(Fault):
    """A write or sync failed, or the ledger is closed: nothing is accepted any more (fail closed).

    The process must stop taking requests; a restart recovers whatever was durable.
    """


class LedgerCorrupt(LedgerBroken):
    """What lies on disk contradicts itself or the last signed checkpoint: the shard must not be continued."""


class Overloaded(Exception):
    """Too many entries wait to be written: answer 503 with Retry-After and send nothing upstream."""


class UnknownReceipt(LookupError):
    """No intent or denial has this receipt id: answer 404."""


class NotYetCovered(Exception):
    """The entry is durable but no checkpoint covers it within the wait, or the log's signer does not answer: answer
    503 with Retry-After.
    """
