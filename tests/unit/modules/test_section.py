"""Sections refuse what AWS would refuse at a deploy, whoever makes them."""

from typing import Any

import pytest

from modules.bucket_lifecycle_settings import ObjectAges
from modules.event_source_settings import MappingSettings
from modules.event_stream_settings import StreamSettings
from modules.function_settings import FunctionSettings
from modules.observability_settings import ObservabilitySettings
from modules.protection_settings import ProtectionSettings
from modules.section import Section

_SECTIONS: dict[str, tuple[type[Section], list[Any], list[Any]]] = {
    "memory_mb": (FunctionSettings, [128, 10_240], [127, 10_241, "512", 512.0]),
    "timeout_seconds": (FunctionSettings, [1, 900], [0, 901]),
    "reserved_concurrency": (FunctionSettings, [None, 1], [0, -1]),
    "batch_size": (MappingSettings, [1, 10_000], [0, 10_001]),
    "batching_window_seconds": (MappingSettings, [0, 300], [-1, 301]),
    "parallelization_factor": (MappingSettings, [1, 10], [0, 11]),
    "maximum_retry_attempts": (MappingSettings, [0, 10_000], [-1, 10_001]),
    "maximum_record_age_seconds": (MappingSettings, [60, 604_800], [-1, 59, 604_801]),
    "mode": (StreamSettings, ["PROVISIONED", "ON_DEMAND"], ["on_demand", ""]),
    "retention_hours": (StreamSettings, [24, 8760], [23, 8761]),
    "log_retention_days": (ObservabilitySettings, [1, 3653], [0, 2, 3654]),
    "log_level": (ObservabilitySettings, ["INFO", "DEBUG"], ["WARN", "ERROR"]),
    "kms_deletion_window_days": (ProtectionSettings, [7, 30], [6, 31]),
    "secret_recovery_window_days": (ProtectionSettings, [0, 7, 30], [-1, 1, 6, 31]),
    "noncurrent_days": (ObjectAges, [1], [0]),
    "infrequent_access_days": (ObjectAges, [None, 30], [29]),
    "expiration_days": (ObjectAges, [None, 1], [0]),
}


def _make(field: str, value: Any) -> Section:
    section = _SECTIONS[field][0]
    required: dict[str, Any] = {"noncurrent_days": 1} if section is ObjectAges else {}
    return section(**required | {field: value})


@pytest.mark.parametrize(
    ("field", "value"), [(name, value) for name, (_, good, _) in _SECTIONS.items() for value in good]
)
def test_the_least_and_the_most_are_taken_as_they_are(field: str, value: Any) -> None:
    assert getattr(_make(field, value), field) == value


@pytest.mark.parametrize(
    ("field", "value"), [(name, value) for name, (_, _, bad) in _SECTIONS.items() for value in bad]
)
def test_anything_beyond_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"(?m)^{field}$"):
        _make(field, value)


def test_a_section_has_no_unknown_fields_and_does_not_change() -> None:
    with pytest.raises(ValueError, match="memory"):
        FunctionSettings.model_validate({"memory": 512})
    settings = FunctionSettings()
    with pytest.raises(ValueError, match="frozen"):
        settings.memory_mb = 1024  # type: ignore[misc]
