"""A directory as YAML, such as `directory.yaml`; what was written is read exactly as it was. Pure.

What is as it is where nothing is said is left out.
"""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

from maild.directory.records import Directory

WIDTH = 120


def write_yaml(directory: Directory) -> str:
    """The file that says the same."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # its stub knows None only
    yaml.allow_unicode = True
    yaml.width = WIDTH
    out = io.StringIO()
    said = directory.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if not said:
        return "organisations: []\n"
    yaml.dump(_in_order(said), out)
    return out.getvalue()


def _in_order(value: Any) -> Any:
    """Plain lists and mappings, the people of an organisation last."""
    if isinstance(value, dict):
        return {name: _in_order(one) for name, one in value.items()}
    return [_in_order(one) for one in value] if isinstance(value, list | tuple) else value
