"""Accelerators whose export class is known. What is not listed is taken as controlled (`stack.absent`).

`controlled`: of a class that ECCN 3A090 or 4A090 controls (15 CFR part 774, supplement 1, eCFR of 2026-07-23). 3A090.a:
a total processing performance (TPP) of 4,800 or more, or of 1,600 or more at a performance density of 5.92 or more.
3A090.b: TPP from 2,400 at a density from 1.6, or from 1,600 at one from 3.2. Neither for what is not made for data
centres and stays below 4,800. TPP is dense tera-operations per second x the bit length of the operation, at the highest
of its formats; density is TPP over the die's mm2. The number beside each is its TPP by the maker's published peak;
NVIDIA named A100, A800, H100, H800, L40, L40S and RTX 4090 in its Form 8-K of 2023-10-17.

`prc-advanced`: of those parameters and designed by a company of the People's Republic of China, which the guidance on
General Prohibition Ten of 2025-05-13 presumes made against the EAR; it names Ascend 910B, 910C and 910D.
`uncontrolled`: below all of them, by the number beside it.

Left out on purpose, and so taken as controlled: parts near a threshold (A10, TPU v3), parts licensed by letter though
below it (H20, L20, MI308), parts without a published peak. A list of classes, not of licences granted. UNREVIEWED by
counsel; as of 2026-11. What was read: law/packs/us.ear/SOURCES.md.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

AcceleratorClass: TypeAlias = Literal["controlled", "uncontrolled", "prc-advanced"]

UNKNOWN = "unknown"
"""The class of what is not stated or not listed."""

CLASSES: dict[str, AcceleratorClass] = {
    # NVIDIA, data centre
    "nvidia-a100": "controlled",  # 4,992
    "nvidia-a2": "uncontrolled",  # 290
    "nvidia-a30": "controlled",  # 2,640; 826 mm2: 3A090.b
    "nvidia-a40": "controlled",  # 2,395; 628 mm2, density 3.8: 3A090.b
    "nvidia-a800": "controlled",  # 4,992
    "nvidia-b100": "controlled",  # 28,000
    "nvidia-b200": "controlled",  # 36,000
    "nvidia-b300": "controlled",  # 56,000
    "nvidia-gb200": "controlled",  # 4A090: computers with such parts
    "nvidia-gb300": "controlled",  # 4A090
    "nvidia-gh200": "controlled",  # 15,832
    "nvidia-h100": "controlled",  # 15,832
    "nvidia-h200": "controlled",  # 15,832
    "nvidia-h800": "controlled",  # 15,832
    "nvidia-l4": "controlled",  # 1,936; 294 mm2, density 6.6: 3A090.a.2
    "nvidia-l40": "controlled",  # 2,896; 609 mm2: 3A090.b
    "nvidia-l40s": "controlled",  # 5,864
    "nvidia-p100": "uncontrolled",  # 339
    "nvidia-t4": "uncontrolled",  # 1,040
    "nvidia-v100": "uncontrolled",  # 2,000; 815 mm2, density 2.5
    # NVIDIA, not made for data centres: controlled from 4,800
    "nvidia-jetson-orin": "uncontrolled",  # 1,100
    "nvidia-rtx-3090": "uncontrolled",  # 2,272
    "nvidia-rtx-4080": "uncontrolled",  # 3,120
    "nvidia-rtx-4090": "controlled",  # 5,285
    "nvidia-rtx-5090": "controlled",  # 6,700
    "nvidia-rtx-6000-ada": "controlled",  # 5,828
    "nvidia-rtx-pro-6000": "controlled",  # 8,000
    # AMD
    "amd-mi100": "controlled",  # 2,954; 750 mm2: 3A090.b
    "amd-mi210": "controlled",  # 2,896; 724 mm2: 3A090.b
    "amd-mi250": "controlled",  # 5,792
    "amd-mi250x": "controlled",  # 6,128
    "amd-mi300a": "controlled",  # 15,680
    "amd-mi300x": "controlled",  # 20,920
    "amd-mi325x": "controlled",  # 20,920
    "amd-mi350x": "controlled",  # 36,800
    "amd-mi355x": "controlled",  # 40,000
    "amd-mi50": "uncontrolled",  # 424
    # Google
    "google-tpu-v2": "uncontrolled",  # 720
    "google-tpu-v4": "controlled",  # 4,400; below 600 mm2: 3A090.a.2
    "google-tpu-v5e": "controlled",  # 3,152: .a.2 or .b, whatever its die
    "google-tpu-v5p": "controlled",  # 7,344
    "google-tpu-v6e": "controlled",  # 14,688
    "google-tpu-v7": "controlled",  # 36,912
    # Amazon
    "aws-inferentia1": "uncontrolled",  # 1,024
    "aws-inferentia2": "controlled",  # 3,040: .a.2 or .b, whatever its die
    "aws-trainium1": "controlled",  # 3,040: .a.2 or .b, whatever its die
    "aws-trainium2": "controlled",  # 10,672
    "aws-trainium3": "controlled",  # 20,160
    # Intel
    "intel-gaudi2": "controlled",  # 6,920
    "intel-gaudi3": "controlled",  # 14,680
    "intel-max-1550": "controlled",  # 13,312
    # Others outside the PRC
    "cerebras-wse-3": "controlled",  # far above
    "furiosa-rngd": "controlled",  # 4,096; 653 mm2, density 6.3: 3A090.a.2
    "groq-lpu": "controlled",  # 6,000
    "microsoft-maia-100": "controlled",  # 12,800
    "qualcomm-ai100-ultra": "controlled",  # 6,960
    "sambanova-sn40l": "controlled",  # 10,208
    # The People's Republic of China
    "biren-br100": "prc-advanced",  # 16,384
    "huawei-ascend-310": "uncontrolled",  # 176
    "huawei-ascend-910": "prc-advanced",  # 4,096; 456 mm2 of logic, density 9: 3A090.a.2
    "huawei-ascend-910b": "prc-advanced",  # named in the guidance
    "huawei-ascend-910c": "prc-advanced",  # named in the guidance
    "huawei-ascend-910d": "prc-advanced",  # named in the guidance
    "huawei-ascend-950": "prc-advanced",  # 8,000
    # No accelerator
    "apple-m-ultra": "uncontrolled",  # below 1,600, and not made for data centres
    "cpu": "uncontrolled",
}
