"""The source of CloudTrail records that a text names, for the command line and the screen (``cloudtrail.places``)."""

from __future__ import annotations

from irkit.cloudtrail.places import (
    EVENT_HISTORY,
    Kind,
    Place,
    Reach,
    bare,
    is_store,
    opened,
    places,
    storable,
    store_folder,
)

__all__ = [
    "EVENT_HISTORY",
    "Kind",
    "Place",
    "Reach",
    "bare",
    "is_store",
    "opened",
    "places",
    "storable",
    "store_folder",
]
