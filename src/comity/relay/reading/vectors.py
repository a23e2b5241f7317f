"""`/embeddings`, `/rerank` and `/moderations`: what their bodies may say. They judge texts and write none."""

from __future__ import annotations

from comity.relay.reading.chat import MESSAGE, PART
from comity.relay.reading.parameters import BEYOND, OURS
from comity.relay.reading.plain import decoder
from comity.relay.reading.shapes import PASS, TOKENS, UNKNOWN_REFUSED, Each, Either, Members, passing

INPUT = Either(
    PASS,
    # a number or a list is tokens; an object is a part as in a message
    parts=Each(Either(PASS, parts=TOKENS, object=PART, number=PASS, what="neither text, tokens nor a part")),
    what="neither text nor tokens",
)

EMBEDDING = passing(
    "dimensions encoding_format user",
    "add_special_tokens embedding_types input_type normalize output_dimension output_dtype priority prompt_name",
    "task truncate truncate_prompt_tokens truncation",
)
EMBEDDINGS = Members({**OURS, **EMBEDDING, **BEYOND, "input": INPUT, "messages": Each(MESSAGE)})
PLAIN_EMBEDDINGS = decoder({"input": str | list[str | int | list[int]]}, raw=EMBEDDING)

RANKING = passing(
    "top_n top_k return_documents rank_fields max_chunks_per_doc max_tokens_per_doc overlap_tokens truncation",
    "truncate_prompt_tokens activation priority user",
)
DOCUMENT = Either(
    PASS,
    object=Members({**PART.known, **passing("title id fields metadata")}, UNKNOWN_REFUSED),
    what="neither text nor a document",
)
DOCUMENTS = Either(
    PASS,
    parts=Each(DOCUMENT),
    object=Members({"content": Each(PART)}),
    what="neither text nor a list of documents",
)
RERANK = Members({**OURS, **RANKING, **BEYOND, "query": DOCUMENTS, "documents": DOCUMENTS})
PLAIN_RERANK = decoder({"documents": list[str], "query": str}, raw=RANKING)

MODERATIONS = Members({**OURS, **passing("user"), **BEYOND, "input": INPUT})
PLAIN_MODERATIONS = decoder({"input": str | list[str]}, raw=("user",))
