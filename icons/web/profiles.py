"""`/api/profiles`: the account's own connections to providers."""

from dataclasses import asdict

from flask_openapi import APIBlueprint, Tag
from pydantic.alias_generators import to_camel

from icons.domain.profiles import Profile
from icons.web.auth import current_caller
from icons.web.parts import WebParts
from icons.web.schemas.profiles import (
    ProfileAnswer,
    ProfileBody,
    ProfileChange,
    ProfilePath,
    ProfilesAnswer,
    TestedAnswer,
)
from icons.web.wire import Json, iso


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="profiles", description="Connections to providers, with keys that are kept sealed")
    api = APIBlueprint("profiles", __name__, url_prefix="/api/profiles", abp_tags=[tag])
    _add_collection(api, parts)
    _add_single(api, parts)
    return api


def _add_collection(api: APIBlueprint, parts: WebParts) -> None:
    @api.get("", responses={200: ProfilesAnswer})
    def list_profiles() -> Json:
        """List the account's profiles"""
        return {"data": [_shown(profile) for profile in parts.profiles.all(current_caller())]}

    @api.post("", responses={201: ProfileAnswer})
    def add_profile(body: ProfileBody) -> tuple[Json, int]:
        """Add a profile

        Its key is sealed at once and never shown again.
        """
        return _shown(parts.profiles.add(current_caller(), body.fields())), 201


def _add_single(api: APIBlueprint, parts: WebParts) -> None:
    profiles = parts.profiles

    @api.get("/<profile_id>", responses={200: ProfileAnswer})
    def show_profile(path: ProfilePath) -> Json:
        """Show a profile"""
        return _shown(profiles.get(current_caller(), path.profile_id))

    @api.patch("/<profile_id>", responses={200: ProfileAnswer})
    def change_profile(path: ProfilePath, body: ProfileChange) -> Json:
        """Change a profile

        With another provider or baseUrl the key is to be sent again.
        """
        return _shown(profiles.update(current_caller(), path.profile_id, body.fields()))

    @api.delete("/<profile_id>", responses={204: None})
    def remove_profile(path: ProfilePath) -> tuple[str, int]:
        """Delete a profile and its key; jobs that still wait for it will fail"""
        profiles.remove(current_caller(), path.profile_id)
        return "", 204

    @api.post("/<profile_id>/test", responses={200: TestedAnswer})
    def test_profile(path: ProfilePath) -> Json:
        """Ask the provider for its cheapest answer"""
        tested = profiles.test(current_caller(), path.profile_id)
        return {"ok": tested.ok, "message": tested.message, "latencyMs": round(tested.seconds * 1000)}


def _shown(profile: Profile) -> Json:
    return {
        "id": profile.id,
        "name": profile.name,
        "provider": profile.provider,
        "baseUrl": profile.base_url or None,
        "model": profile.model or None,
        "keyHint": f"…{profile.key_hint}" if profile.sealed_key else None,
        "limits": {to_camel(name): value for name, value in asdict(profile.limits).items()},
        "createdAt": iso(profile.created_at),
        "updatedAt": iso(profile.updated_at),
    }
