"""`/api/providers`: who can draw, and with which models."""

from flask_openapi import APIBlueprint, Tag

from icons.domain.errors import NotFound
from icons.domain.models import Model
from icons.domain.profiles import PROVIDERS
from icons.web.parts import WebParts
from icons.web.schemas.spending import ModelsAnswer, ProviderPath, ProvidersAnswer
from icons.web.wire import Json

_TAG = Tag(name="providers", description="Who can draw, and with which models")


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    api = APIBlueprint("providers", __name__, url_prefix="/api/providers", abp_tags=[_TAG])
    directory = parts.service.directory

    @api.get("", responses={200: ProvidersAnswer})
    def list_providers() -> Json:
        """List the providers"""
        circuits = parts.circuits()
        return {
            "providers": [
                {
                    "name": name,
                    "available": name in directory.own,
                    "default": name == directory.default,
                    "models": len(directory.catalogue.of(name)),
                    "circuit": circuits.get(name),
                }
                for name in PROVIDERS
            ]
        }

    @api.get("/<name>/models", responses={200: ModelsAnswer})
    def list_models(path: ProviderPath) -> Json:
        """List a provider's models"""
        if path.name not in PROVIDERS:
            raise NotFound("provider")
        return {
            "provider": path.name,
            "defaultModel": directory.catalogue.defaults.get(path.name) or None,
            "models": [_model(each) for each in directory.catalogue.of(path.name)],
        }

    return api


def _model(model: Model) -> Json:
    return {
        "name": model.name,
        "title": model.title,
        "aliases": list(model.aliases),
        "sizes": [str(size) for size in model.sizes],
        "freeSize": model.free_size is not None,
        "ratios": list(model.ratios),
        "qualities": list(model.qualities),
        "formats": list(model.formats),
        "transparent": model.transparent.value,
        "maxImages": model.max_n,
        "maxReferences": model.edits,
        "masks": model.masks,
        "streams": model.streams,
        "priced": model.prices is not None,
        "retiresOn": model.retires_on or None,
    }
