"""The files under deploy/ name only what there is: settings, figures, commands, ports."""

import json
import re
from pathlib import Path

import pytest
import yaml

from app import build_house
from config import Settings

from .conftest import embedded

DEPLOY = Path(__file__).parents[1] / "deploy"
NOT_OURS = re.compile(r"(POSTGRES|MINIO|GF|MC|AWS|OTEL|PROMETHEUS)_\w+|HTTP_PORT")  # of servers, libraries, compose
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """Names of all samples that a process may tell."""
    house = build_house(embedded(tmp_path_factory.mktemp("figures")))
    try:
        families = [*house.figures.collect()]
    finally:
        house.close()
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


def documents(path):
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def expressions():
    dashboard = json.loads((DEPLOY / "grafana/icon-studio.json").read_text())
    yield from (target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    (alerts,) = documents(DEPLOY / "prometheus/alerts.yml")
    yield from (rule["expr"] for group in alerts["groups"] for rule in group["rules"])
    for document in documents(DEPLOY / "kubernetes/scaling.yaml"):
        yield from (each["metadata"]["query"] for each in document["spec"].get("triggers", ()))


def test_queries_name_figures_that_exist(figures):
    """In the dashboard, in the alerts and in the autoscaler."""
    named = {name for query in expressions() for name in re.findall(r"\b(?:icons|process)_[a-z0-9_]+\b", query)}
    assert len(named) > 20
    assert named <= figures, named - figures


def test_no_figure_is_left_out_of_the_dashboard(figures):
    """What is counted and never looked at is not worth counting."""
    shown = " ".join(expressions())
    own = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in figures if name.startswith("icons_")}
    assert not {name for name in own if name not in shown}


def test_environment_variables_are_settings():
    """In the compose file, its example, and the manifests."""
    (compose,) = documents(DEPLOY / "compose.yaml")
    named = {name for service in compose["services"].values() for name in service.get("environment", {})}
    named |= set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    named |= set(re.findall(r"^(\w+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    for path in MANIFESTS:
        for document in documents(path):
            if document["kind"] in ("ConfigMap", "Secret"):
                named |= {*document.get("data", {}), *document.get("stringData", {})}
            named |= {each["name"] for pod in containers(document) for each in pod.get("env", ())}
    known = {name.upper() for name in Settings.model_fields}
    assert {name for name in named if not NOT_OURS.fullmatch(name)} <= known


def test_what_compose_must_be_told_is_in_its_example():
    """And nothing else, so that nobody fills in what has no effect."""
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text())) - {"MINIO_USER"}
    assert asked == set(re.findall(r"^(\w+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))


def containers(document):
    pod = document.get("spec", {}).get("template", {}).get("spec", {}) if document["kind"] == "Deployment" else {}
    return pod.get("containers", [])


@pytest.mark.parametrize("part", ["web", "worker"])
def test_a_pod_leaves_in_good_order(part):
    """What runs may finish before it is killed; it is probed, bounded, and can write nowhere but to its volumes."""
    (settings,) = documents(DEPLOY / "kubernetes/config.yaml")
    deployment = next(each for each in documents(DEPLOY / f"kubernetes/{part}.yaml") if each["kind"] == "Deployment")
    (container,) = containers(deployment)
    pod = deployment["spec"]["template"]["spec"]
    pause = int(container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["", "0"])[1])
    assert pod["terminationGracePeriodSeconds"] >= int(settings["data"]["DRAIN_SECONDS"]) + pause + 10
    assert {"startupProbe", "livenessProbe", "resources"} <= set(container)
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert [each["mountPath"] for each in container["volumeMounts"]] == ["/data", "/tmp"]  # noqa: S108 - the pod's
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels


def test_the_kustomization_lists_every_manifest():
    """Those that are in the repository, and the secret that is not."""
    (kustomization,) = documents(DEPLOY / "kubernetes/kustomization.yaml")
    files = {path.name for path in MANIFESTS} - {"kustomization.yaml", "secret.example.yaml"}
    assert set(kustomization["resources"]) == files | {"secret.yaml"}


def test_the_image_takes_files_that_exist():
    """And only what .dockerignore lets in."""
    root = DEPLOY.parent
    allowed = [line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (root / "Dockerfile").read_text(), re.MULTILINE)
    sources = " ".join(copied).split()
    assert all(list(root.glob(each)) for each in sources)
    assert set(sources) == set(allowed)
