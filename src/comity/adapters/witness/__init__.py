"""Witnesses, both sides (C2SP tlog-witness): one that cosigns others' logs, and a log that asks some of them.

`Witness` decides, `WitnessMemory` remembers, and `api.witness` serves; `Witnesses` asks those of a policy on threads
of their own and hands the publisher what they sign.
"""
