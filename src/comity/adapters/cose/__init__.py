"""Receipts as COSE: RFC 9942 receipts, in RFC 9943 statements (docs/spec/cose.md). Needs cbor2, the extra `cose`."""
