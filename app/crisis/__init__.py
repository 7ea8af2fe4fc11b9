"""The life of an incident: use cases, each one transaction with its audit row and what is to be told of it."""

from app.crisis.handling import Handling
from app.crisis.record import Record
from app.crisis.silencing import Silencing, lapse
from app.crisis.storm import join_incident, open_incident, resolve_incident, update_incident
from app.crisis.writing import By

__all__ = [
    "By",
    "Handling",
    "Record",
    "Silencing",
    "join_incident",
    "lapse",
    "open_incident",
    "resolve_incident",
    "update_incident",
]
