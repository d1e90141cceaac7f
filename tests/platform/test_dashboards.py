"""The dashboard and the alerts ask for what there is: each metric, and each label."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from offhook.platform.metrics import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus/offhook.rules.yml"
DASHBOARD = DEPLOY / "grafana/offhook.json"
OUTSIDE = {"up"}
"""Prometheus makes it itself."""
NAME = re.compile(r"\b((?:offhook|process)_[a-z_]+|up)\b(?=[\[{\s)/>*+-]|$)")
GROUPED = re.compile(r"by \(([^)]*)\)")
MATCHED = re.compile(r"([a-z_]+)=~?\"")


def alerts() -> list[dict[str, Any]]:
    found: dict[str, Any] = yaml.safe_load(RULES.read_text("utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]] + [rule["expr"] for rule in alerts()]


def known() -> dict[str, set[str]]:
    """Each name that can be asked for, with its labels."""
    names: dict[str, set[str]] = {}
    # `_labelnames` is all that tells the labels of a metric without a sample.
    for collector, own in Metrics().registry._collector_to_names.items():
        labels = set(vars(collector).get("_labelnames", ()))
        for name in own:
            names[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    # The process's own have no words for themselves before they are read.
    found = text_string_to_metric_families(Metrics().exposition().decode())
    names |= {one.name: set() for family in found for one in family.samples if one.name.startswith("process_")}
    return names


def test_every_metric_that_is_asked_for_is_there() -> None:
    names = known()
    asked = {name for text in expressions() for name in NAME.findall(text)} - OUTSIDE
    assert asked and asked <= names.keys(), asked - names.keys()
    ours = {_plain(name) for name in names if name.startswith("offhook_")}
    assert ours - {_plain(name) for name in asked} == {"offhook_build"}, "measured, and shown nowhere"


def _plain(name: str) -> str:
    return re.sub("_(bucket|sum|count|created|info|total)$", "", name)


def test_every_label_that_is_asked_for_is_there() -> None:
    names = known()
    always = {"le", "instance", "job"}
    for text in expressions():
        own = set().union(*(names.get(name, set()) for name in NAME.findall(text)))
        asked = {label.strip() for group in GROUPED.findall(text) for label in group.split(",")}
        asked |= set(MATCHED.findall(text))
        assert asked - always <= own, text


def test_every_alert_says_what_to_do() -> None:
    for rule in alerts():
        assert rule["alert"].startswith("Offhook") and rule["labels"]["severity"] in ("page", "warn")
        assert rule["annotations"]["summary"] and rule["annotations"]["what_to_do"]


def test_panels_do_not_cover_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        place = panel["gridPos"]
        across, down = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        cells = {(x, y) for x in across for y in down}
        assert not cells & taken and max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not on this machine")
def test_prometheus_takes_the_rules() -> None:
    done = subprocess.run(["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
