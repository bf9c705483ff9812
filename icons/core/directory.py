"""Who can draw for a caller: the operator's own providers and the caller's connection profiles."""

from collections.abc import Mapping
from dataclasses import dataclass

from icons.core.profiles import Profiles
from icons.domain.access import Caller, Connection
from icons.domain.errors import InvalidRequest, NotFound
from icons.domain.models import Catalogue, Estimate
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest, Order


@dataclass(frozen=True, slots=True)
class Target:
    """A provider as it would draw one request."""

    lane: str
    provider: str
    model: str  # that will run
    engine: str  # what the fingerprint names: another engine, another picture


class Directory:
    """``own``: the operator's connections by name; ``engines``: name -> generation, for those that are no model."""

    def __init__(
        self,
        own: Mapping[str, Connection],
        default: str,
        engines: Mapping[str, str],
        profiles: Profiles,
        catalogue: Catalogue,
    ) -> None:
        self.own, self.default, self.catalogue = own, default, catalogue
        self._engines, self._profiles = engines, profiles

    def target(self, caller: Caller, name: str, model: str = "", field: str = "provider") -> Target:
        """Who draws for a provider's name or a profile's id; "" = the default. InvalidRequest names the field."""
        name = name or self.default
        if name in self._engines:
            return Target(name, name, self._engines[name], self._engines[name])
        connection = self.own.get(name)
        address = ""
        if connection is None:
            try:
                profile = self._profiles.get(caller, name)
            except NotFound:
                known = ", ".join(sorted({*self._engines, *self.own}))
                raise InvalidRequest(
                    f"Name a provider that is set up here ({known}), or the id of a profile.", {field: "unknown"}
                ) from None
            if profile.provider in self._engines:
                return self.target(caller, profile.provider)
            provider, model, address = profile.provider, model or profile.model, profile.base_url
        else:
            provider, model = connection.provider, model or connection.model
        running = self.catalogue.resolve(provider, model).model.name
        return Target(name, provider, running, f"{provider}{'@' if address else ''}{address}/{running}")

    def talker(self, caller: Caller, name: str, model: str = "") -> tuple[str, str]:
        """Lane and model that answer in a conversation; the draughtsman is no model. InvalidRequest names the field.

        Where nobody names one: the catalogue's, or the profile's, unless that one is known to draw.
        """
        target = self.target(caller, name)
        if target.provider in self._engines:
            return target.lane, model
        draws = self.catalogue.resolve(target.provider, target.model).known
        chosen = model or self.catalogue.chat.get(target.provider, "") or ("" if draws else target.model)
        if not chosen:
            raise InvalidRequest(
                f"Name the model that talks: {target.provider} has none that everybody can use.", {"model": "missing"}
            )
        return target.lane, chosen

    def named(self, provider: str, model: str) -> tuple[str, str]:
        """Provider and model for what may be a model's name in the provider's place, such as "dalle3".

        Where that model's provider is not set up, the default draws.
        """
        known = provider in self._engines or provider in self.own
        found = None if known or not provider else self.catalogue.named(provider)
        if found is None:
            return provider, model
        return (found.provider, model or found.name) if found.provider in self.own else ("", model or provider)

    def estimate(self, caller: Caller, request: IconRequest, library: Library) -> Estimate:
        """What drawing a normalised request may cost, in micro-dollars; the house's own draughtsman costs nothing."""
        target = self.target(caller, request.provider, request.model)
        if target.provider in self._engines:
            return Estimate(0, 0, 0)
        order = Order(request.prompt(library), request.size, request.size, request.format, quality=request.quality)
        return self.catalogue.estimate(self.catalogue.resolve(target.provider, target.model).model, order)
