"""Comity beside nginx, the Rust routers, LiteLLM and Portkey, on one machine, in one run.

`python -m bench.compare`, or `make bench`; docs/reference/performance.md says what it shows. Everything is on loopback;
the gateway that is measured has one core to itself, load and upstreams have the others.
"""
