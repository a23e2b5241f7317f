"""Accelerators whose export class is known. What is not listed is taken as controlled (`stack.absent`).

True: of a class that ECCN 3A090 or 4A090 controls (15 CFR part 774, supplement 1). NVIDIA named A100, A800,
H100, H800, L40 and L40S in its Form 8-K of 2023-10-17; the others follow from the thresholds of 3A090.a
(total processing performance >= 4800, or >= 1600 at a performance density >= 5.92). A list of classes, not of
licences granted. UNREVIEWED by counsel; as of 2026-11.
"""

from __future__ import annotations

CONTROLLED: dict[str, bool] = {
    "amd-mi250x": True,
    "amd-mi300x": True,
    "amd-mi325x": True,
    "amd-mi355x": True,
    "nvidia-a100": True,
    "nvidia-a800": True,
    "nvidia-b200": True,
    "nvidia-b300": True,
    "nvidia-gb200": True,
    "nvidia-gb300": True,
    "nvidia-gh200": True,
    "nvidia-h100": True,
    "nvidia-h200": True,
    "nvidia-h800": True,
    "nvidia-l40": True,
    "nvidia-l40s": True,
    "cpu": False,
    "nvidia-t4": False,
}
