"""The files under deploy/ as those who read them would check them: unknown fields and wrong types are refused."""

import copy
import json
from importlib import resources
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from .test_deploy import DEPLOY, MANIFESTS, documents

KUBERNETES = "1.34"
TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
TEXTS = {"type": "array", "items": TEXT}


def only(*required: str, **properties: Any) -> dict[str, Any]:
    """The schema of an object that has these fields at most."""
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def resource(**properties: Any) -> dict[str, Any]:
    """That of a whole document."""
    named = only("name", name=TEXT, namespace=TEXT, labels={"type": "object", "additionalProperties": TEXT})
    known = only("apiVersion", "kind", apiVersion=TEXT, kind=TEXT, metadata=named, **properties)
    return {**known, "required": [*known["required"], *properties]}


# Kinds that Kubernetes itself does not have, by hand, as far as they are used here: https://keda.sh/docs/latest/reference/
# scaledobject-spec, the Prometheus operator's API reference, and Kustomize's reference of its file.
_TRIGGER = only(
    *("type", "metadata"),
    type={"const": "prometheus"},
    metadata=only(*("serverAddress", "query", "threshold"), serverAddress=TEXT, query=TEXT, threshold=TEXT),
)
_SECRET_KEY = only("name", "key", name=TEXT, key=TEXT)
_ENDPOINT = only(
    "port",
    port=TEXT,
    path=TEXT,
    authorization=only("credentials", type=TEXT, credentials=_SECRET_KEY),
    relabelings={"type": "array", "items": only(sourceLabels=TEXTS, targetLabel=TEXT)},
)
FOREIGN = {
    "ScaledObject": resource(
        spec=only(
            *("scaleTargetRef", "triggers"),
            scaleTargetRef=only("name", name=TEXT),
            minReplicaCount=NUMBER,
            maxReplicaCount=NUMBER,
            cooldownPeriod=NUMBER,
            triggers={"type": "array", "minItems": 1, "items": _TRIGGER},
        )
    ),
    "PodMonitor": resource(
        spec=only(
            *("selector", "podMetricsEndpoints"),
            selector=only("matchLabels", matchLabels={"type": "object", "additionalProperties": TEXT}),
            podMetricsEndpoints={"type": "array", "minItems": 1, "items": _ENDPOINT},
        )
    ),
    "Kustomization": resource(
        namespace=TEXT,
        resources=TEXTS,
        images={"type": "array", "items": only("name", name=TEXT, newName=TEXT, newTag=TEXT)},
    ),
}


def check(manifest: dict[str, Any]) -> None:
    """Raises jsonschema.ValidationError."""
    if manifest["kind"] in FOREIGN:
        jsonschema.validate(manifest, FOREIGN[manifest["kind"]])
    else:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def compose_schema() -> dict[str, Any]:
    """Of the Compose specification."""
    vendored = resources.files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    return json.loads(vendored.read_text("utf-8"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_would_take_the_manifest(path) -> None:
    """Each document of it, strictly; and would not take it with one field misspelled."""
    for manifest in documents(path):
        check(manifest)
        with pytest.raises(jsonschema.ValidationError):
            check({**manifest, "specs": {}})
        if "spec" in manifest:
            with pytest.raises(jsonschema.ValidationError):
                check({**manifest, "spec": {**manifest["spec"], "replica": 2}})


def test_compose_would_take_its_file() -> None:
    """Every service, and would not take one with a field that Compose does not know."""
    file = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    jsonschema.validate(file, compose_schema())
    wrong = copy.deepcopy(file)
    next(iter(wrong["services"].values()))["enviroment"] = {}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, compose_schema())
