"""The kinds of models that a configuration can name. A new one is a file beside this one, and its
entry in the union.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, get_args

from pydantic import Discriminator, Tag

from tausweep.models.dynamics import Fitted
from tausweep.models.ngrc import NGRC
from tausweep.models.rnn.settings import Recurrent

AnyModel: TypeAlias = Annotated[Recurrent, Tag("recurrent")] | Annotated[NGRC, Tag("ngrc")]

FITTED: dict[str, type[Fitted]] = {
    tag.tag: kind for kind, tag in map(get_args, get_args(AnyModel)) if issubclass(kind, Fitted)
}
"""The kinds of models that are no recurrent networks, by the name that configurations use."""


def _kind(model: Any) -> str | None:
    """Recurrent networks are named by their cell, all others by `model`."""
    if isinstance(model, dict):
        named = model.get("model", "recurrent")
        return named if isinstance(named, str) else None
    return getattr(model, "model", "recurrent")


Model: TypeAlias = Annotated[
    AnyModel,
    Discriminator(
        _kind,
        custom_error_type="kind_of_model",
        custom_error_message="model must be left out, for a recurrent network, or be one of "
        + ", ".join(FITTED),
    ),
]
