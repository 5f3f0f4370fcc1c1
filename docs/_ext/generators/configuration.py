"""The page of settings, from the schema of configurations."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tausweep import study

START = """\
# Settings

Everything that an experiment can say. A file given with `--configfile` needs `experiment` (its name)
and what it is about, `series` or `theory`; everything else has the default that stands here. An unknown
setting, or a value of the wrong kind or outside its bounds, is refused in one line before anything
runs. Numbers are strict: YAML reads `1e-3` as a text, so write `0.001` or `1.0e-3`.

Editors complete and check settings by `workflow/schemas/config.schema.json`, from which this page is made.
"""

Schema = Mapping[str, Any]


def pages() -> Iterator[tuple[str, str]]:
    """The page."""
    definitions = _schema()["$defs"]
    parts = [START]
    for name in _reached(definitions):
        parts.append(_section(name, definitions[name]))
    yield "configuration.md", "\n".join(parts)


@cache
def _schema() -> Schema:
    return study.schema()


def _reached(definitions: Schema) -> list[str]:
    """All types of settings: an experiment and what it is made of, in its order; then studies."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            order.append(name)
            for other in re.findall(r"#/\$defs/(\w+)", repr(definitions[name])):
                visit(other)

    visit("Experiment")
    visit("StudyFile")
    return order


def _section(name: str, schema: Schema) -> str:
    lines = [f"## {_title(name, schema)}", "", _cell(schema.get("description", "")), ""]
    required = set(schema.get("required", ()))
    lines += ["| setting | is | default | |", "|---|---|---|---|"]
    for key, value in schema.get("properties", {}).items():
        if "const" in value:
            default = "" if key in required else f"`{value['const']}`"
            lines.append(f"| `{key}` | `{value['const']}` | {default} | |")
            continue
        default = "*needed*" if key in required else _default(value)
        text = _cell(value.get("description", ""))
        lines.append(f"| `{key}` | {_kind(value)} | {default} | {text} |")
    return "\n".join(lines) + "\n"


def _title(name: str, schema: Schema) -> str:
    """Its name, and what chooses it among others of its kind."""
    chosen = [
        f"{key}: {value['const']}"
        for key, value in schema.get("properties", {}).items()
        if "const" in value
    ]
    return f"{name}{' (`' + chosen[0] + '`)' if chosen else ''}"


def _kind(schema: Schema) -> str:
    """The kind of a value and its bounds, in words."""
    if "$ref" in schema:
        return _link(schema["$ref"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            kinds = dict.fromkeys(_kind(one) for one in schema[several])
            return " or ".join(kinds)
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type")
    if kind == "array":
        return _list(schema)
    if kind == "object":
        values = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        kinds = [_kind(value) for value in values if isinstance(value, dict)]
        return f"by name: {kinds[0]}" if kinds else "settings by name"
    words = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false"}
    return f"{words.get(kind, 'null' if kind == 'null' else 'anything')}{_bounds(schema)}"


def _list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_kind(item) for item in schema['prefixItems'])}]"
    return f"list of {_kind(schema.get('items', {}))}"


def _bounds(schema: Schema) -> str:
    """What numbers are allowed; bounds that only keep nonsense out are left to the schema."""
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    words = []
    if above is not None:
        words.append(f"> {above:g}")
    elif low is not None and abs(low) < 1e6:
        words.append(f"≥ {low:g}")
    if below is not None and abs(below) < 1e6:
        words.append(f"< {below:g}")
    elif high is not None and abs(high) < 1e6:
        words.append(f"≤ {high:g}")
    return f" {', '.join(words)}" if words else ""


def _default(schema: Schema) -> str:
    value = schema.get("default")
    if value is None:
        return "" if "default" in schema else "*see the type*"
    if isinstance(value, dict):
        return ""  # that of its type
    text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
    return f"`{text or value}`"


def _link(reference: str) -> str:
    name = reference.rpartition("/")[2]
    title = _title(name, _schema()["$defs"][name])
    anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")  # of the section's heading
    return f"[{name}](#{anchor})"


def _cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
