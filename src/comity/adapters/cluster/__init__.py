"""Replay beyond one machine: exports grouped by the workers of a Ray cluster; nothing else knows Ray."""

from comity.adapters.cluster.ray_groups import LOCAL, ray_groups

__all__ = ["LOCAL", "ray_groups"]
