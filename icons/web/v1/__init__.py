"""`/api/v1`: chats with pictures, pictures of prompts, batches of them; the same without `/api`."""

from collections.abc import Iterator

from flask_openapi import APIBlueprint

from icons.web.parts import WebParts
from icons.web.v1 import chat, images


def blueprints(parts: WebParts) -> Iterator[APIBlueprint]:
    """The face under both of its prefixes; the OpenAPI document names the first."""
    for prefix, suffix in (("/api/v1", ""), ("/v1", "_short")):
        for name, face in (("v1_chat", chat), ("v1_images", images)):
            api = APIBlueprint(
                name + suffix, __name__, url_prefix=prefix, abp_tags=[face.TAG], doc_ui=prefix.startswith("/api")
            )
            face.add(api, parts)
            yield api
