"""`/images/generations`: what its body may say. Edits and variations of pictures are not offered."""

from __future__ import annotations

from comity.relay.reading.parameters import BEYOND, OTHER_MODEL, OURS
from comity.relay.reading.plain import decoder
from comity.relay.reading.shapes import PASS, REFUSED, WORD, Members, Row, passing

INFERENCE = passing(
    "background complexity frame_count frame_duration_ms moderation n output_compression output_format",
    "partial_images quality safety_identifier size style user",
    "guidance_scale height negative_prompt num_inference_steps seed true_cfg_scale width",
)

TABLE = Members(
    {
        **OURS,
        **BEYOND,
        **INFERENCE,  # a background is part of the picture here
        "prompt": WORD,
        "response_format": Row("store", "the upstream would keep the picture and give out its URL", (None, "b64_json")),
        "svg": Members({"reasoning": PASS, "model": Row(REFUSED, OTHER_MODEL)}),
    }
)

PLAIN = decoder({"prompt": str}, raw=INFERENCE)
