"""Accelerators whose export class is known. What is not listed is taken as controlled (`stack.absent`).

`controlled`: of a class that ECCN 3A090 or 4A090 controls (15 CFR part 774, supplement 1). NVIDIA named A100, A800,
H100, H800, L40 and L40S in its Form 8-K of 2023-10-17; the others follow from the thresholds of 3A090.a
(total processing performance >= 4800, or >= 1600 at a performance density >= 5.92). A list of classes, not of
licences granted. `prc-advanced`: an advanced chip of the
People's Republic of China, which the guidance on General Prohibition 10 of 2025-05-13 presumes made against the EAR; it
is controlled too. UNREVIEWED by counsel; as of 2026-11.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

AcceleratorClass: TypeAlias = Literal["controlled", "uncontrolled", "prc-advanced"]

UNKNOWN = "unknown"
"""The class of what is not stated or not listed."""

CLASSES: dict[str, AcceleratorClass] = {
    "amd-mi250x": "controlled",
    "amd-mi300x": "controlled",
    "amd-mi325x": "controlled",
    "amd-mi355x": "controlled",
    "nvidia-a100": "controlled",
    "nvidia-a800": "controlled",
    "nvidia-b200": "controlled",
    "nvidia-b300": "controlled",
    "nvidia-gb200": "controlled",
    "nvidia-gb300": "controlled",
    "nvidia-gh200": "controlled",
    "nvidia-h100": "controlled",
    "nvidia-h200": "controlled",
    "nvidia-h800": "controlled",
    "nvidia-l40": "controlled",
    "nvidia-l40s": "controlled",
    "cpu": "uncontrolled",
    "nvidia-t4": "uncontrolled",
}
